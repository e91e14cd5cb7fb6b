package dashboard

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func TestAlertsThatLastComeFirstAndTheirAcknowledgementsAreRead(t *testing.T) {
	t.Parallel()
	doc, page := visiting(t, newSample()).read("/alerts")
	text := words(within(t, doc, "main"))
	// 900 of 60,000 are 1.5 %, of which 0.1 % may be; at its peak twice that.
	says(t, text, "5 alerts", "Checkout · Availability", "Burns too fast over 1 h and 5 min", "15.0× at its start, above 13.44×", "30.0 ×",
		"Grace Hopper", "The database is full; I am making room. <script", "by nobody", "Measurements stay away", "an alert is due after 8 min", "below it since",
		"Revised", "Switched off", "Retired", "lasted 38 min", "POST /v1/alerts/{alert}/acknowledgement")
	if open, ended := strings.Index(page, ">lasts<"), strings.Index(page, `id="ended-h"`); open < 0 || open > ended {
		t.Errorf("what lasts is at %d, what ended at %d", open, ended)
	}
	doc, _ = visiting(t, newSample()).read("/alerts?after=next-cursor")
	if text := words(within(t, doc, "main")); strings.Contains(text, "5 alerts") || !strings.Contains(text, "lasted 38 min") {
		t.Errorf("a later page of those that ended is %s", text)
	}
}

func TestWithoutAlertsAllIsQuiet(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, &sample{now: sampleNow}).read("/alerts")
	text := words(within(t, doc, "main"))
	says(t, text, "All quiet", "No objective burns its budget too fast")
	if strings.Contains(text, "Ended") {
		t.Errorf("what ended is shown where nothing did: %s", text)
	}
}

func TestTheOverviewCountsTheAlertsThatLast(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read("/")
	says(t, words(within(t, doc, "main")), "5 open alerts", "3 pages, 2 tickets", "Measurements stay away")
	doc, _ = visiting(t, &sample{now: sampleNow}).read("/")
	says(t, words(within(t, doc, "main")), "All quiet")
}

func TestAnObjectivesPageShowsItsAlertsAndMarksThemOnItsChart(t *testing.T) {
	t.Parallel()
	doc, page := visiting(t, newSample()).read("/services/checkout/slos/availability")
	says(t, words(within(t, doc, "main")), "2 alerts", "Burns too fast over 3 days and 6 h", "acknowledged by Grace Hopper", "; lasted 38 min", "alert, page", "alert, ticket", "all of them; from 3 bad events on")
	for _, marked := range []string{
		"<title>Page, 1h/5m: from 12 Nov 2026, 14:27 UTC, until 12 Nov 2026, 15:05 UTC</title>", "<title>Ticket, 3d/6h: from 21 Nov 2026, 09:27 UTC, lasts</title>", "events, which are listed below it.",
	} {
		if !strings.Contains(page, marked) {
			t.Errorf("the page has no %s", marked)
		}
	}
	doc, page = visiting(t, newSample()).read("/services/search/slos/availability")
	says(t, words(within(t, doc, "main")), "This objective never burned fast enough to alert anybody")
	if strings.Contains(page, "span-room") {
		t.Error("an alert of another objective is marked")
	}
}

func TestAPairThatIsSwitchedOffSaysSo(t *testing.T) {
	t.Parallel()
	s := newSample()
	for i := range s.views {
		s.views[i].Revision.Alerts.Off = "ticket"
	}
	doc, _ := visiting(t, s).read("/services/checkout/slos/latency")
	main := words(within(t, doc, "main"))
	says(t, main, "without ticket; from 3 bad events on")
	if n := strings.Count(words(within(t, doc, "burns")), "Off"); n != 2 {
		t.Errorf("%d pairs are off, want 2: %s", n, main)
	}
}

func TestAnAlertSaysWhatItIsAbout(t *testing.T) {
	t.Parallel()
	s := newSample()
	v := s.views[0]
	lasting := s.ring(v, "3d/6h", 60, time.Hour, 0, "")
	if r := describeAlert(s.now, *lasting); r.State != (badge{"risk", "Ticket"}) || r.About != "Burns too fast over 3 days and 6 h" || r.Detail != "1.00× at its start, above 0.9333×" || r.Ended.Text != "" || r.By != "" {
		t.Errorf("it is %+v", r)
	}
	for ending, want := range map[alert.Ending]badge{
		alert.Recovered: {"ok", "Recovered"}, alert.Retired: {"none", "Retired"}, alert.Revised: {"none", "Revised"}, alert.SwitchedOff: {"none", "Switched off"},
	} {
		if r := describeAlert(s.now, *s.ring(v, alert.Absent, 0, 2*time.Hour, 30*time.Minute, ending)); r.State != want || r.Lasted != "lasted 30 min" || r.Peak.Known {
			t.Errorf("%s: it is %+v", ending, r)
		}
	}
	if severityTone(budget.Page) != "bad" {
		t.Error("a page is not as loud as it can be")
	}
}

// 3d/6h started 53 hours ago: the migration of 54 hours ago is before it, and the flag of eleven
// days ago before the first alert. The busy week and the others share marks.
func TestAnObjectivesPageMarksChangesAndSaysWhichCameBeforeABurn(t *testing.T) {
	t.Parallel()
	doc, page := visiting(t, newSample()).read("/services/checkout/slos/availability")
	says(t, words(within(t, doc, "main")), "3 changes began in the 6 h before", "Migration of v2.51.0 (f95f852) by ada from 21 Nov 2026, 08:27 UTC until 21 Nov 2026, 09:27 UTC, failed",
		"1 h before", "rolled back", "Config of <script", "goes on", "change that failed or was taken back", "github.com/example/checkout/actions/runs/4711")
	for _, marked := range []string{`class="change"`, `class="change bad"`, `class="change-count"`, "and 1 more"} {
		if !strings.Contains(page, marked) {
			t.Errorf("the page has no %s", marked)
		}
	}
	if strings.Contains(page, `href="&lt;script`) || strings.Contains(page, "caused") {
		t.Error("the page links a script, or claims a cause")
	}
}
