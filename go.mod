module olelo

go 1.26
