"""The subcommands of ``pynn-sfdfa``, one a module.

Their modules import only click at the top: ``pynn-sfdfa --help`` imports all of them and must answer at once.
"""
