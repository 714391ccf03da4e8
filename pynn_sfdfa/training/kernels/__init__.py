"""The compiled functions of losses and optimisers, in files of their own: settings can be read without a compiler."""
