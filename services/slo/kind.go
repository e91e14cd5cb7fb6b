package slo

// Kind is what SLOs of a category are like when nobody says otherwise.
type Kind struct {
	Category Category
	// Measures says what of a service it is, GoodEvent what is counted as good.
	Measures, GoodEvent string
	// Objective is that of a new SLO whose declaration leaves it out.
	Objective string
}

// Kinds are the categories with their defaults. Which there are, and what a good event of
// each is, is the SLI menu of the SRE Workbook, chapter 2, "What to Measure: Using SLIs",
// with saturation of the four golden signals (SRE book, chapter 6). The objectives are
// beginnings, to be bettered by what users notice.
var Kinds = []Kind{
	{Availability, "whether requests are answered", "a request that was answered, and not with an error of the service", "99.9%"},
	{Latency, "whether they are answered fast enough", "a request that was answered within the threshold", "99%"},
	{Freshness, "whether data is new enough", "a read, or a slot, of which the data was newer than the threshold", "99%"},
	{Correctness, "whether what comes out is right", "a record whose value was found to be right", "99.9%"},
	{Coverage, "whether everything was processed", "a record that was processed", "99.9%"},
	{Durability, "whether what was written can be read", "an object that was written and found again", "99.999%"},
	{Throughput, "whether enough is processed", "a slot in which the rate was above the threshold", "99%"},
	{Saturation, "whether there is room left", "a slot in which the use was below the threshold", "99%"},
}

// likeItsKind fills what is left out of a new declaration as SLOs of its category are.
func (d Declaration) likeItsKind() Declaration {
	for _, kind := range Kinds {
		if kind.Category != d.Category {
			continue
		}
		if d.Objective == "" {
			d.Objective = kind.Objective
		}
		if d.GoodEvent == "" {
			d.GoodEvent = kind.GoodEvent
		}
	}
	return d
}
