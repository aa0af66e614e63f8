"""One request's features without a frame: the catalog's own expressions over one row's values."""
