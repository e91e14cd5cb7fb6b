package share

// weeksAYear is by which hours a year are divided to give those of a week.
const weeksAYear = 52

// HoursAYear is how many hours a year so many minutes in so many days are.
func HoursAYear(minutes, days int) float64 { return float64(minutes) / 60 * 365 / float64(days) }

// PayBack is after how many weeks building something has saved what it took: build minutes ÷ (hours a
// year ÷ 52). It is false where there is nothing to save.
func PayBack(buildMinutes int, hoursAYear float64) (weeks float64, known bool) {
	if hoursAYear <= 0 || buildMinutes <= 0 {
		return 0, false
	}
	return float64(buildMinutes) / 60 / (hoursAYear / weeksAYear), true
}
