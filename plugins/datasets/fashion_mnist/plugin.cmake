# gzip files are read through zlib.
list(APPEND plugin_libraries ZLIB::ZLIB)
