"""The parts that a learning rule is put together from, one a file: local gradients, error transport, feedback.

A part is a small immutable object that says what it needs of a simulator. To add one, write its file.
"""
