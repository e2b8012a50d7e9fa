# JPEG and PNG files are read by the library in ../images.
list(APPEND plugin_libraries kdbench_images)
