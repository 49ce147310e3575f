// Archiver
