"""Settings of Sphinx; the sources are those that docs/site/build.py lays out."""

from __future__ import annotations

from importlib import metadata

project = "pynn-sfdfa"
author = "The pynn-sfdfa authors"
copyright = author
release = version = metadata.version("pynn-sfdfa")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
suppress_warnings = [
    "ref.python",  # a word such as `units`, between single marks in a docstring, is the name of several attributes
]

html_theme = "furo"
html_title = f"pynn-sfdfa {release}"
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = False  # would read pages over HTTP, which there is none where the site is a folder

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
# Notebooks are stored with their outputs, which tests hold against the code.
nb_execution_mode = "off"

autodoc_typehints = "none"  # the docstrings say what a parameter is
autodoc_member_order = "bysource"
default_role = "py:obj"
napoleon_google_docstring = False
napoleon_use_rtype = False
