"""The page of an evaluation: pictures drawn here, in one file that opens anywhere."""
