"""The compiled functions of the parts, in files of their own: settings can be read without a compiler."""
