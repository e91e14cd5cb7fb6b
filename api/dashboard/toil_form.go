package dashboard

import (
	"fmt"
	"strconv"

	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// questionOf is the question about a week, with what was answered before, or filled in now.
func questionOf(week share.Week, is toil.Answer, in *filled) toilQuestion {
	const form = "answer"
	return toilQuestion{
		Week: string(week), Percents: toil.Percents, Categories: categoryChoices(toil.Category(in.value("category", string(is.Category)))),
		Title: fmt.Sprintf("How much of the week from %s was toil?", week.Monday().Format("2 January")),
		Fields: []field{
			{Form: form, Name: "away", Label: "Working days on which you were away", Kind: asNumber, Value: in.value("away", strconv.Itoa(is.Away)), Fault: in.take("/daysAway")},
			{Form: form, Name: "note", Label: "Note, for yourself", Kind: asLine, Value: in.value("note", is.Note), Fault: in.take("/note")},
		},
	}
}

// settingsOf is the form of how a team measures its toil. Where somebody else was first it has what was filled
// in, with what holds now beside it.
func settingsOf(is toil.Settings, in *filled) settingsForm {
	f := settingsForm{Version: is.Version, Fields: settingsFields(is, in), Sent: in.Values != nil}
	f.Summary = fmt.Sprintf("%s h a week, less %d %% for meetings; the cap is %d %%", weekHours(is.WeekMinutes), is.Overhead, is.Cap)
	if !is.Asks {
		f.Summary += "; nobody is asked"
	}
	if in.Stale {
		beside(f.Fields, settingsFields(is, &filled{}))
	}
	return f
}

func weekHours(minutes int) string { return strconv.FormatFloat(float64(minutes)/60, 'f', -1, 64) }

func settingsFields(is toil.Settings, in *filled) []field {
	const form = "settings"
	number := func(name, label, now, pointer string) field {
		return field{Form: form, Name: name, Label: label, Kind: asNumber, Required: true, Value: in.value(name, now), Fault: in.take(pointer)}
	}
	tick := func(name, label string, now bool) field {
		if in.Values != nil {
			now = in.Values.Get(name) != ""
		}
		return field{Form: form, Name: name, Label: label, Kind: asTick, Wide: true, Ticked: now}
	}
	return []field{
		number("hours", "Working hours a week", weekHours(is.WeekMinutes), "/hoursPerWeek"),
		number("days", "On how many days", strconv.Itoa(is.WeekDays), "/daysPerWeek"),
		number("overhead", "Meetings and the like, in percent", strconv.Itoa(is.Overhead), "/overheadPercent"),
		number("cap", "Cap, in percent", strconv.Itoa(is.Cap), "/capPercent"),
		tick("asks", "Ask members every Monday", is.Asks),
		tick("incidents", "Propose incidents that are over as entries, to those who had a role in them", is.Incidents),
	}
}

// estimate adds the form of the estimate, as it was filled in where it was sent for this row.
func (r *candidateRow) estimate(in *filled) {
	if in.Values == nil || in.Values.Get("service") != r.ServiceID || in.Values.Get("category") != r.KindID {
		in = &filled{}
	}
	form := "estimate-" + r.ServiceID + "-" + r.KindID
	r.Sent = in.Values != nil
	r.Fields = []field{
		{Form: form, Name: "title", Label: "What would be automated", Kind: asLine, Required: true, Value: in.value("title", ""), Fault: in.take("/title")},
		{Form: form, Name: "hours", Label: "Hours to build it", Kind: asNumber, Required: true, Value: in.value("hours", ""), Fault: in.take("/buildHours")},
	}
}

// takeFields are those by which a proposal is taken, as they were filled in where it was this one.
func takeFields(proposal string, in *filled) []field {
	if in.Values == nil || in.Values.Get("proposal") != proposal {
		in = &filled{}
	}
	form := "take-" + proposal
	return []field{
		{Form: form, Name: "minutes", Label: "Minutes, hands on", Kind: asNumber, Required: true, Value: in.value("minutes", ""), Fault: in.take("/minutes")},
		{Form: form, Name: "category", Label: "Kind", Kind: asChoice, Options: categoryChoices(toil.Category(in.value("category", string(toil.ProductionInterrupts)))), Fault: in.take("/category")},
	}
}

func surveyFields(in *filled) []field {
	const form = "survey"
	choices := func(name, is string, all ...choice) []choice {
		for n := range all {
			all[n].Chosen = all[n].Value == in.value(name, is)
		}
		return all
	}
	return []field{
		{Form: form, Name: "share", Label: "How much of the quarter was toil, in percent", Kind: asNumber, Required: true, Value: in.value("share", ""), Fault: in.take("/share")},
		{Form: form, Name: "category", Label: "Largest source", Kind: asChoice, Options: categoryChoices(toil.Category(in.value("category", ""))), Fault: in.take("/category")},
		{Form: form, Name: "wish", Label: "What would you automate?", Kind: asText, Wide: true, Value: in.value("wish", ""), Fault: in.take("/wish")},
		{Form: form, Name: "course", Label: "Is it getting better?", Kind: asChoice, Fault: in.take("/course"),
			Options: choices("course", string(toil.Same), choice{Value: string(toil.Better), Text: "Better"}, choice{Value: string(toil.Same), Text: "The same"}, choice{Value: string(toil.Worse), Text: "Worse"})},
		{Form: form, Name: "onCall", Label: "Being on call was", Kind: asChoice, Fault: in.take("/onCall"),
			Options: choices("onCall", string(toil.Fair), choice{Value: string(toil.NotOnCall), Text: "not mine"}, choice{Value: string(toil.Light), Text: "light"}, choice{Value: string(toil.Fair), Text: "fair"}, choice{Value: string(toil.Heavy), Text: "heavy"})},
	}
}
