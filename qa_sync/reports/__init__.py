"""Reports: functions from Results to text. `shared` has what several reports use."""
