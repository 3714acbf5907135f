"""The parts of a project against each other: one file for each thing that can be wrong."""
