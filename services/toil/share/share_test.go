package share_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/toil/share"
)

func date(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// The first rows are the examples of ISO 8601 as Wikipedia gives them ("ISO week date").
func TestWeeksAreThoseOfISO8601(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day    string
		week   share.Week
		monday string
	}{
		{"1977-01-01", "1976-W53", "1976-12-27"}, {"1977-12-31", "1977-W52", "1977-12-26"}, {"1978-01-01", "1977-W52", "1977-12-26"}, {"1978-01-02", "1978-W01", "1978-01-02"},
		{"1979-12-31", "1980-W01", "1979-12-31"}, {"1981-12-31", "1981-W53", "1981-12-28"}, {"2026-11-27", "2026-W48", "2026-11-23"},
	} {
		if got := share.WeekOf(date(c.day)); got != c.week || !got.Monday().Equal(date(c.monday)) {
			t.Errorf("%s is in %s from %s, want %s from %s", c.day, got, got.Monday().Format(time.DateOnly), c.week, c.monday)
		}
	}
	for text, is := range map[string]bool{"2026-W48": true, "2026-W53": true, "2025-W53": false, "2026-W00": false, "2026-W54": false, "2026-48": false, "2026-W4": false, "2026-W48 ": false, "": false, "20260-W1": false, "+026-W48": false} {
		if got, read := share.ParseWeek(text); read != is || is && string(got) != text {
			t.Errorf("%q is %q, %t", text, got, read)
		}
	}
	for text, is := range map[string]bool{"2026-Q4": true, "2026-Q0": false, "2026-Q5": false, "2026-Q44": false, "2026Q4": false, "": false} {
		if got, read := share.ParseQuarter(text); read != is || is && string(got) != text {
			t.Errorf("%q is %q, %t", text, got, read)
		}
	}
}

func TestAWeekIsSevenDaysAndTheNextFollows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-60_000_000_000, 60_000_000_000).Draw(t, "seconds"), 0) // of the years 68 to 3871
		w := share.WeekOf(at)
		if at.Before(w.Monday()) || !at.Before(w.End()) || w.Monday().Weekday() != time.Monday || w.Plus(1) != share.WeekOf(w.End()) || w.Plus(1).Plus(-1) != w || w >= w.Plus(1) {
			t.Errorf("%s is in %s, from %s", at, w, w.Monday())
		}
		if got, is := share.ParseWeek(string(w)); !is || got != w {
			t.Errorf("%s is read as %s", w, got)
		}
	})
}

// Of 90 days up to Friday 2026-11-27 the first is Sunday 2026-08-30: 30 and 31 August, 30 days of
// September, 31 of October and 27 of November. The first Thursday within is 3 September, of week 36; the
// last week that is over is 47, up to 22 November.
func TestTheLastNinetyDaysAreTheWeeksThatAreOver(t *testing.T) {
	t.Parallel()
	got := share.Rolling(date("2026-11-27").Add(15 * time.Hour))
	if len(got) != 12 || got[0] != "2026-W36" || got[11] != "2026-W47" {
		t.Errorf("%v", got)
	}
	// On the Monday after, week 48 is over too, and week 36 is still within: 92 days end on 2 September.
	got = share.Rolling(date("2026-11-30"))
	if len(got) != 13 || got[0] != "2026-W36" || got[12] != "2026-W48" {
		t.Errorf("%v", got)
	}
}

// The fourth quarter of 2026 begins on a Thursday, so that week 40 is its first; 31 December is a Thursday
// too, of week 53.
func TestAQuarterHasTheWeeksWhoseThursdaysItHas(t *testing.T) {
	t.Parallel()
	got := share.Quarter("2026-Q4").Weeks(date("2027-06-01"))
	if len(got) != 14 || got[0] != "2026-W40" || got[13] != "2026-W53" {
		t.Errorf("%v", got)
	}
	if got := share.Quarter("2026-Q4").Weeks(date("2026-10-11")); !slices.Equal(got, []share.Week{"2026-W40"}) {
		t.Errorf("%v", got)
	}
	if got := share.QuarterOf(date("2026-10-01")); got != "2026-Q4" || !got.From().Equal(date("2026-10-01")) || !got.To().Equal(date("2027-01-01")) {
		t.Errorf("%s from %s to %s", got, got.From(), got.To())
	}
}

var weeks = []share.Week{"2026-W40", "2026-W41", "2026-W42", "2026-W43"}

// terms: of 40 hours 20 % are overhead, which leaves 32 hours, 1,920 minutes.
var terms = share.Terms{WeekMinutes: 40 * 60, WeekDays: 5, Overhead: 20}

// Of four people, who were asked about four weeks, 16 times:
//
//	ada   answers 50, 50, 50, 50                   (200 ÷ 400 = 0.5)
//	bob   answers 100, 75, 75, 50                  (300 ÷ 400 = 0.75)
//	cara  answers 0 twice                          (0 ÷ 200 = 0)
//	dan   answers 25 about W41, and logs 480 minutes in W41 and 480 in W42
//	      answers 25 ÷ 100 = 0.25; entries 960 ÷ (3 weeks from W41 on × 1,920) = 1/6
//	ada   logs 1,920 minutes in W40                (1,920 ÷ (4 × 1,920) = 0.25)
//
// By answers the shares are 0, 0.25, 0.5 and 0.75: the median is 0.375. All answers together are
// 200 + 300 + 0 + 25 = 525 of 1,100 percent of weeks. By entries they are 1/6 and 1/4: the median is 5/24,
// and all together (1,920 + 960) ÷ (4 × 1,920 + 3 × 1,920) = 2,880 ÷ 13,440 = 3/14. Eleven of the sixteen
// answered. Ada's answers and entries are 25 points apart, dan's 8; the medians 17.
func said() share.Said {
	s := share.Said{Terms: terms, Weeks: weeks}
	for subject, percents := range map[string][]int{"ada": {50, 50, 50, 50}, "bob": {100, 75, 75, 50}, "cara": {0, 0}} {
		for i, p := range percents {
			s.Answers = append(s.Answers, share.Answer{Subject: subject, Week: weeks[i], Percent: p})
		}
	}
	s.Answers = append(s.Answers, share.Answer{Subject: "dan", Week: weeks[1], Percent: 25})
	s.Entries = []share.Entry{{"dan", "2026-W41", 240}, {"dan", "2026-W41", 240}, {"dan", "2026-W42", 480}, {"ada", "2026-W40", 1920}}
	for _, w := range weeks {
		s.Askings = append(s.Askings, share.Asking{Week: w, Members: 4})
	}
	return s
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

func TestASumDoneByHandComesOut(t *testing.T) {
	t.Parallel()
	r := said().Result()
	if r.State != share.Known || r.Persons != 4 || r.Asked != 16 || r.Answered != 11 || !near(*r.Rate, 11./16) || r.Disagree {
		t.Errorf("%+v", r)
	}
	if a := r.Answers; a.Persons != 4 || !near(a.Median, 0.375) || !near(a.Most, 0.75) || !near(a.Whole, 525./1100) {
		t.Errorf("by answers: %+v", a)
	}
	if e := r.Entries; e.Persons != 2 || !near(e.Median, 5./24) || !near(e.Most, 0.25) || !near(e.Whole, 3./14) {
		t.Errorf("by entries: %+v", e)
	}
	people := map[string]share.Person{}
	for _, p := range said().People() {
		people[p.Subject] = p
	}
	if a, d := people["ada"], people["dan"]; !near(*a.Answers, 0.5) || !near(*a.Entries, 0.25) || !a.Disagree || !near(*d.Answers, 0.25) || !near(*d.Entries, 1./6) || d.Disagree {
		t.Errorf("%+v %+v", a, d)
	}
	if b := people["bob"]; b.Entries != nil || b.Disagree {
		t.Errorf("bob logged nothing, which is not a share of nothing: %+v", b)
	}
}

// 70 % and 50 % are 20 points apart and do not disagree; 75 % and 50 % are 25.
func TestSharesDisagreeWhenTheyAreMoreThanTwentyPointsApart(t *testing.T) {
	t.Parallel()
	for minutes, disagree := range map[int]bool{960: true, 1056: false, 1440: false, 1824: false, 1900: true} { // 50, 55, 75, 95 and 98.96 % of 1,920
		s := share.Said{Terms: terms, Weeks: weeks[:1], Answers: []share.Answer{{"ada", weeks[0], 75, 0}}, Entries: []share.Entry{{"ada", weeks[0], minutes}}}
		if got := s.Result().Disagree; got != disagree {
			t.Errorf("75 %% and %d of 1,920 minutes disagree: %t", minutes, got)
		}
	}
}

func TestAShareIsKnownOnceHalfOfThoseWhoWereAskedAnswered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answers, asked int
		state          share.State
	}{{0, 4, share.NoData}, {1, 4, share.Insufficient}, {2, 4, share.Known}, {2, 5, share.Insufficient}, {3, 5, share.Known}, {1, 0, share.Insufficient}} {
		s := share.Said{Terms: terms, Weeks: weeks[:1]}
		if c.asked > 0 {
			s.Askings = []share.Asking{{weeks[0], c.asked}}
		}
		for i := range c.answers {
			s.Answers = append(s.Answers, share.Answer{Subject: string(rune('a' + i)), Week: weeks[0], Percent: 100})
		}
		r := s.Result()
		if r.State != c.state || r.Above(50) != (c.state == share.Known) {
			t.Errorf("%d of %d: %s, above: %t", c.answers, c.asked, r.State, r.Above(50))
		}
	}
	// Who only logged says how much, and not what share of the team that is.
	logs := share.Said{Terms: terms, Weeks: weeks, Entries: []share.Entry{{"ada", weeks[0], 1}}, Askings: []share.Asking{{weeks[0], 1}}}
	if r := logs.Result(); r.State != share.Insufficient || r.Answers != nil || r.Entries == nil {
		t.Errorf("%+v", r)
	}
	// Of one week more answered than were asked, of another none: it counts each week by itself.
	joined := share.Said{Terms: terms, Weeks: weeks[:2], Askings: []share.Asking{{weeks[0], 1}, {weeks[1], 3}}, Answers: []share.Answer{{"a", weeks[0], 0, 0}, {"b", weeks[0], 0, 0}, {"c", weeks[0], 0, 0}}}
	if r := joined.Result(); r.Asked != 4 || r.Answered != 1 || r.State != share.Insufficient {
		t.Errorf("%+v", r)
	}
}

// Of weeks of five days ada is away for all of the first, and for three days of the second, of whose other
// two 100 % were toil; of the third, which is whole, 25 %: (0.4 × 100 + 1 × 25) ÷ 1.4 = 65 ÷ 1.4 percent.
// She logs 1,344 minutes: her net hours are 1.4 weeks and the fourth, 2.4 × 1,920 = 4,608 minutes, so that
// it is 1,344 ÷ 4,608 = 7/24. What she logs in the week that she was away is left out. Bob was away all
// the time. Of 2 × 4 answers that were asked for five were of people who were away, and two of three came.
func TestDaysAwayAreNoPartOfAShare(t *testing.T) {
	t.Parallel()
	s := share.Said{
		Terms: terms, Weeks: weeks,
		Answers: []share.Answer{{"ada", weeks[0], 0, 5}, {"ada", weeks[1], 100, 3}, {"ada", weeks[2], 25, 0}, {"bob", weeks[0], 0, 5}, {"bob", weeks[1], 0, 5}, {"bob", weeks[2], 0, 5}, {"bob", weeks[3], 0, 6}},
		Entries: []share.Entry{{"ada", weeks[0], 600}, {"ada", weeks[1], 1344}},
	}
	for _, w := range weeks {
		s.Askings = append(s.Askings, share.Asking{Week: w, Members: 2})
	}
	r := s.Result()
	if r.Persons != 1 || r.Asked != 3 || r.Answered != 2 || !near(r.Answers.Median, 0.65/1.4) || !near(r.Answers.Whole, 0.65/1.4) || !near(r.Entries.Median, 7./24) {
		t.Errorf("%+v %+v %+v", r, r.Answers, r.Entries)
	}
}

// A cap of 50 % is not exceeded by exactly 50 %.
func TestAShareAtTheCapIsNotAboveIt(t *testing.T) {
	t.Parallel()
	s := share.Said{Terms: terms, Weeks: weeks[:1], Askings: []share.Asking{{weeks[0], 1}}, Answers: []share.Answer{{"a", weeks[0], 50, 0}}}
	if r := s.Result(); r.Above(50) || !r.Above(49) {
		t.Errorf("%+v", r)
	}
}

func TestWhatIsOfOtherWeeksIsLeftOutOfAccount(t *testing.T) {
	t.Parallel()
	s := said()
	s.Answers = append(s.Answers, share.Answer{Subject: "eve", Week: "2026-W39", Percent: 100})
	s.Entries = append(s.Entries, share.Entry{Subject: "eve", Week: "2026-W44", Minutes: 5000})
	s.Askings = append(s.Askings, share.Asking{Week: "2026-W44", Members: 400})
	if got, want := s.Result(), said().Result(); *got.Answers != *want.Answers || *got.Entries != *want.Entries || got.Asked != want.Asked || got.Persons != want.Persons {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAShareIsWithinWhatPeopleAnswered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := share.Said{Terms: terms, Weeks: weeks}
		low, high := 100, 0
		for _, subject := range []string{"a", "b", "c", "d", "e"}[:rapid.IntRange(1, 5).Draw(t, "people")] {
			for _, w := range weeks[:rapid.IntRange(1, 4).Draw(t, "weeks")] {
				p := rapid.SampledFrom([]int{0, 25, 50, 75, 100}).Draw(t, "percent")
				low, high = min(low, p), max(high, p)
				s.Answers = append(s.Answers, share.Answer{Subject: subject, Week: w, Percent: p})
			}
		}
		for _, f := range []float64{s.Result().Answers.Median, s.Result().Answers.Most, s.Result().Answers.Whole} {
			if f < float64(low)/100-1e-9 || f > float64(high)/100+1e-9 {
				t.Errorf("%g of answers from %d to %d", f, low, high)
			}
		}
		// It does not matter in which order they came.
		turned := s
		turned.Answers = slices.Clone(s.Answers)
		slices.Reverse(turned.Answers)
		if a, b := *s.Result().Answers, *turned.Result().Answers; a.Median != b.Median || a.Most != b.Most || math.Abs(a.Whole-b.Whole) > 1e-9 {
			t.Errorf("%+v and %+v", a, b)
		}
	})
}

// 5,400 minutes in 90 days are 90 hours, and 365 a year; to build 70 hours are paid back after
// 70 ÷ (365 ÷ 52) = 3,640 ÷ 365 = 9.9726… weeks.
func TestPayBackIsReckonedByTheYear(t *testing.T) {
	t.Parallel()
	year := share.HoursAYear(5400, 90)
	if !near(year, 365) {
		t.Errorf("%g hours a year", year)
	}
	if weeks, known := share.PayBack(70*60, year); !known || !near(weeks, 3640./365) {
		t.Errorf("%g weeks, %t", weeks, known)
	}
	for _, c := range [][2]float64{{60, 0}, {0, 60}} {
		if _, known := share.PayBack(int(c[0]), c[1]); known {
			t.Errorf("%v is paid back", c)
		}
	}
}
