package api

import "time"

// IncidentStatistics are of the incidents whose impact began in a time.
type IncidentStatistics struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to" doc:"Exclusive."`
	TimeZone  string    `json:"timeZone"`
	Incidents int       `json:"incidents"`
	Cut       bool      `json:"cut" doc:"Whether there were more than 5,000, and the newest are left out."`

	Detect   DurationDistribution `json:"detect" doc:"From the start of the impact until it was detected."`
	Mitigate DurationDistribution `json:"mitigate" doc:"From the start of the impact until it was mitigated."`
	Resolve  DurationDistribution `json:"resolve" doc:"From the start of the impact until it was resolved."`

	PeriodLength string           `json:"periodLength" enum:"week,month" doc:"Weeks, from Monday on; months where the time is longer than 190 days."`
	Periods      []IncidentPeriod `json:"periods" doc:"By time, those without incidents too."`
	Causes       []NameCount      `json:"causes" doc:"The most frequent first."`
	Tags         []NameCount      `json:"tags" doc:"At most 50, the most frequent first."`
	Repeats      []IncidentRepeat `json:"repeats" doc:"At most 50: causes and services of which one incident after another began within 90 days of the one before."`
	OnCall       OnCallStatistics `json:"onCall"`
}

// Distribution is of numbers. Of 5 or more there are quantiles, and of fewer the values: a median
// of three says no more than the three.
type Distribution struct {
	N         int             `json:"n" doc:"How many are known."`
	Unknown   int             `json:"unknown" doc:"How many are not known, and in nothing else."`
	Values    []float64       `json:"values,omitempty" doc:"Sorted, where there are fewer than 5."`
	Quantiles *QuantileValues `json:"quantiles,omitempty" doc:"Absent where there are fewer than 5."`
}

// DurationDistribution is a distribution of seconds.
type DurationDistribution struct {
	Distribution
	Bins []DurationBin `json:"bins" doc:"How many are in each of fixed bins, which double or so from one to the next."`
}

// DurationBin is how many are from a length of time to the next.
type DurationBin struct {
	FromSeconds int64  `json:"fromSeconds"`
	ToSeconds   *int64 `json:"toSeconds" nullable:"true" doc:"Exclusive; null of the last bin."`
	Count       int    `json:"count"`
}

// QuantileValues are quantiles: half of the values are below the median, nine tenths below p90.
type QuantileValues struct {
	Min    float64 `json:"min"`
	P25    float64 `json:"p25"`
	Median float64 `json:"median"`
	P75    float64 `json:"p75"`
	P90    float64 `json:"p90"`
	Max    float64 `json:"max"`
}

// IncidentPeriod is a week or a month.
type IncidentPeriod struct {
	From       time.Time      `json:"from"`
	To         time.Time      `json:"to"`
	Severities map[string]int `json:"severities" doc:"How many incidents of each severity that there was."`
}

// NameCount is how many incidents have a name.
type NameCount struct {
	Name      string `json:"name"`
	Incidents int    `json:"incidents"`
}

// IncidentRepeat is a cause or a service that came back.
type IncidentRepeat struct {
	Cause     string         `json:"cause,omitempty" doc:"Absent where it is a service."`
	Service   *Ref           `json:"service,omitempty" doc:"Absent where it is a cause."`
	Incidents []IncidentCase `json:"incidents" doc:"By time."`
}

// OnCallStatistics are what fell on whoever was on call. Evenkeel knows no rotations: a shift is
// a week from Monday on.
type OnCallStatistics struct {
	Shifts []OnCallShift `json:"shifts"`
	Load   Distribution  `json:"load" doc:"Of the numbers of incidents of shifts that are whole; others are unknown."`
}

// OnCallShift is a week.
type OnCallShift struct {
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Whole      bool      `json:"whole" doc:"Whether all of it is in the time that is asked for, and over."`
	Incidents  int       `json:"incidents" doc:"That were detected in it, or began where that is not known."`
	Intervened int       `json:"intervened" doc:"Those in which somebody on call had to act."`
	OutOfHours int       `json:"outOfHours" doc:"Those outside of Monday to Friday, 9 to 17, on the clock of the time zone."`
}
