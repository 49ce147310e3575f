// DailyArchive
