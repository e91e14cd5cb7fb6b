package api

import "time"

// SLOPreview is what would have become of an SLO that is not declared yet.
type SLOPreview struct {
	Service   Ref            `json:"service"`
	Revises   *Ref           `json:"revises,omitempty" doc:"The SLO that it would revise; absent where it is a new one."`
	Objective string         `json:"objective" doc:"That it was judged by." example:"99.9%"`
	Basis     string         `json:"basis" enum:"data_source,measured,none" doc:"What it goes by. data_source: the past was read from it for this. measured: what was measured of the SLO that is revised. none: nothing is known."`
	Reason    *PreviewReason `json:"reason,omitempty" doc:"Why nothing is known, or not all that was to be read; absent where it is."`
	Warnings  []Warning      `json:"warnings" doc:"What a declaration would tell, and what the past shows; pointers are into the body."`
	Seen      *PreviewSeen   `json:"seen,omitempty" doc:"What follows from what is known; absent where that is nothing."`
}

// PreviewReason is why a preview does not know all.
type PreviewReason struct {
	Code    string `json:"code" doc:"not_measured, read_too_long, or what a data source's answer came to." example:"source_unreachable"`
	Message string `json:"message"`
}

// PreviewSeen is what follows from a time that was looked at.
type PreviewSeen struct {
	From              time.Time           `json:"from" doc:"Start of what was looked at: 28 days before to, or as long as the window. Burn rates look at three days before it, too."`
	To                time.Time           `json:"to" doc:"Its end, exclusive."`
	ResolutionSeconds int                 `json:"resolutionSeconds" doc:"Of the slots that were looked at." example:"300"`
	Slots             int                 `json:"slots" doc:"Of these, how many there is data of."`
	MissingSlots      map[string]int      `json:"missingSlots" doc:"How many could not be counted, by reason."`
	Counted           string              `json:"counted" enum:"event,slice" doc:"What good and total are numbers of."`
	State             string              `json:"state" enum:"no_data,ok,at_risk,exhausted" doc:"In which the SLO would be at to."`
	Window            Budget              `json:"window" doc:"Its own window, at to. Where only a part of that could be looked at, it is that part, with the budget of it."`
	Further           []Standing          `json:"furtherObjectives" doc:"Those whose windows could be looked at whole."`
	Windows           []PreviewWindow     `json:"windows" doc:"Its windows between from and to, one after the other: of a rolling one, those that end where the next begins."`
	WindowsKnown      int                 `json:"windowsKnown" doc:"How many of them were whole, and had events enough to tell."`
	WindowsMissed     int                 `json:"windowsMissed" doc:"In how many of these the objective would have been missed."`
	Points            []PreviewPoint      `json:"points" doc:"The same time in at most 400 steps, to be drawn."`
	Alerts            []PreviewAlert      `json:"alerts" doc:"The burn alerts that there would have been, by their beginnings, the first 200."`
	AlertCounts       []PreviewAlertCount `json:"alertCounts" doc:"How many there would have been of each pair."`
	Objectives        []PreviewObjective  `json:"objectives" doc:"The usual objectives, the highest first, and what would have become of them."`
	Suggested         string              `json:"suggested" doc:"The highest of them that every window would have kept, and that would have had a fifth of its budget left of all that was looked at; empty where there is none." example:"99.5%"`
}

// PreviewWindow is one window, with what would have become of the objective in it.
type PreviewWindow struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to" doc:"Exclusive."`
	Part      bool      `json:"part" doc:"The window began before from, of which nothing is known."`
	Good      float64   `json:"good"`
	Total     float64   `json:"total"`
	SLI       *float64  `json:"sli" nullable:"true" doc:"Null without events."`
	Remaining *float64  `json:"remaining" nullable:"true" doc:"Share of the budget that remained; below 0 when overspent."`
	Outcome   string    `json:"outcome" enum:"met,missed,unknown,running" doc:"unknown: fewer than minEvents, or only a part is known. running: a calendar's window that is not over."`
}

// PreviewPoint is a step of the time that was looked at.
type PreviewPoint struct {
	Start     time.Time `json:"start"`
	End       time.Time `json:"end" doc:"Exclusive."`
	Good      float64   `json:"good" doc:"In the step."`
	Total     float64   `json:"total" doc:"In the step."`
	SLI       *float64  `json:"sli" nullable:"true" doc:"Of the step; null without events."`
	Remaining *float64  `json:"remaining" nullable:"true" doc:"Share of the budget of the window in which the step lies that was left at its end: it begins at 1 with each window, and ends at what remained of it."`
}

// PreviewAlert is a burn alert that there would have been.
type PreviewAlert struct {
	Pair      string     `json:"pair" doc:"Its long and its short window." example:"1h/5m"`
	Severity  string     `json:"severity" enum:"page,ticket"`
	Start     time.Time  `json:"start"`
	End       *time.Time `json:"end" nullable:"true" doc:"Null where it would last still."`
	LongRate  float64    `json:"longRate" doc:"Burn rate over the long window when it began."`
	ShortRate float64    `json:"shortRate"`
	PeakRate  float64    `json:"peakRate" doc:"The highest over the long window."`
}

// PreviewAlertCount is how many alerts of a pair there would have been.
type PreviewAlertCount struct {
	Pair     string `json:"pair" example:"1h/5m"`
	Severity string `json:"severity" enum:"page,ticket"`
	Count    int    `json:"count"`
}

// PreviewObjective is an objective that could be chosen.
type PreviewObjective struct {
	Objective     string   `json:"objective" example:"99.9%"`
	WindowsMissed int      `json:"windowsMissed"`
	WindowsKnown  int      `json:"windowsKnown"`
	Remaining     *float64 `json:"remaining" nullable:"true" doc:"Share of its budget that would be left in the SLO's own window; null without events."`
}

// OpenSLOReading is what a document of OpenSLO declares.
type OpenSLOReading struct {
	Service  string           `json:"service" doc:"As the document names it; nothing was looked up." example:"checkout"`
	SLO      SLOInput         `json:"slo" doc:"What to send to declareSLO. Its data source is as the document names it, too, and left out where it names none."`
	Warnings []OpenSLOWarning `json:"warnings" doc:"By their places."`
}

// OpenSLOWarning is something of a document that has no place here, or was taken for something.
type OpenSLOWarning struct {
	Code     string `json:"code" enum:"left_out,assumed,changed,not_readable,unnamed,not_strict,not_prose,not_there" doc:"left_out: it has no place here. assumed: it does not say something that has to be said. changed: it is said otherwise here. not_readable: no data source here speaks it. unnamed: it does not say which data source is asked. not_strict: only the reference implementation of OpenSLO refuses it. not_prose: only the prose of its specification does. not_there: it refers to what is not in the text."`
	Document int    `json:"document" doc:"The number of the document, from 1."`
	Pointer  string `json:"pointer" doc:"Into the document." example:"/spec/alertPolicies"`
	Line     int    `json:"line" doc:"From 1, in the whole text."`
	Column   int    `json:"column" doc:"From 1."`
	Message  string `json:"message"`
}
