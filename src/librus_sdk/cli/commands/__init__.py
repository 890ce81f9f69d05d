"""The commands, a module for each noun; a module is imported when its noun is used."""
