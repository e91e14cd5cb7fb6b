package recurrence_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/recurrence"
)

func series(t testing.TB, zone, start, rule string) recurrence.Series {
	t.Helper()
	z, err := calendar.ParseZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse("20060102T150405", start)
	if err != nil {
		t.Fatal(err)
	}
	r, err := recurrence.Parse(rule)
	if err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	return recurrence.Series{Rule: r, Start: at, Zone: z}
}

// begins are up to most occurrences in a time from the start, as clocks show them.
func begins(s recurrence.Series, within time.Duration, most int) []string {
	from := calendar.Instant(s.Start, s.Zone)
	var out []string
	s.Between(from, from.Add(within), func(at time.Time) bool {
		out = append(out, at.In(s.Zone).Format("20060102T1504"))
		return len(out) < most
	})
	return out
}

const years = 366 * 24 * time.Hour

// The examples of RFC 5545, section 3.8.5.3, but for those of each minute. Where the RFC
// ends with "...", so many are compared as it prints. "a-b" are all days from a to b.
func TestTheExamplesOfRFC5545(t *testing.T) {
	t.Parallel()
	const daily = "19970902-19971223"
	for _, row := range []struct{ start, rule, want string }{
		{"19970902", "FREQ=DAILY;COUNT=10", "19970902-19970911"},
		{"19970902", "FREQ=DAILY;UNTIL=19971224T000000Z", daily},
		{"19970902", "FREQ=DAILY;INTERVAL=2", "19970902 19970904 19970906 19970908 19970910 ..."},
		{"19970902", "FREQ=DAILY;INTERVAL=10;COUNT=5", "19970902 19970912 19970922 19971002 19971012"},
		{"19980101", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "19980101-19980131 19990101-19990131 20000101-20000131"},
		{"19980101", "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", "19980101-19980131 19990101-19990131 20000101-20000131"},
		{"19970902", "FREQ=WEEKLY;COUNT=10", "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104"},
		{"19970902", "FREQ=WEEKLY;UNTIL=19971224T000000Z", "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104 19971111 19971118 19971125 19971202 19971209 19971216 19971223"},
		{"19970902", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "19970902 19970916 19970930 19971014 19971028 19971111 19971125 19971209 19971223 19980106 19980120 19980203 19980217 ..."},
		{"19970902", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002"},
		{"19970902", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002"},
		{"19970901", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", "19970901 19970903 19970905 19970915 19970917 19970919 19970929 19971001 19971003 19971013 19971015 19971017 19971027 19971029 19971031 19971110 19971112 19971114 19971124 19971126 19971128 19971208 19971210 19971212 19971222"},
		{"19970902", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016"},
		{"19970905", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605"},
		{"19970905", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "19970905 19971003 19971107 19971205"},
		{"19970907", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531"},
		{"19970922", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "19970922 19971020 19971117 19971222 19980119 19980216"},
		{"19970928", "FREQ=MONTHLY;BYMONTHDAY=-3", "19970928 19971029 19971128 19971229 19980129 19980226 ..."},
		{"19970902", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115"},
		{"19970930", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201"},
		{"19970910", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "19970910-19970915 19990310-19990313"},
		{"19970902", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "19970902 19970909 19970916 19970923 19970930 19971104 19971111 19971118 19971125 19980106 19980113 19980120 19980127 19980303 19980310 19980317 19980324 19980331 ..."},
		{"19970610", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710"},
		{"19970310", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310"},
		{"19970101", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101"},
		{"19970519", "FREQ=YEARLY;BYDAY=20MO", "19970519 19980518 19990517 ..."},
		{"19970512", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512 19980511 19990517 ..."},
		{"19970313", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304 19990311 19990318 19990325 ..."},
		{"19970605", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "19970605 19970612 19970619 19970626 19970703 19970710 19970717 19970724 19970731 19970807 19970814 19970821 19970828 19980604 ..."},
		{"19970902", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "19980213 19980313 19981113 19990813 20001013 ..."},
		{"19970913", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411 19980509 19980613 ..."},
		{"19961105", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "19961105 20001107 20041102 ..."},
		{"19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904 19971007 19971106"},
		{"19970929", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "19970929 19971030 19971127 19971230 19980129 19980226 19980330 ..."},
		{"19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805 19970810 19970819 19970824"},
		{"19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805 19970817 19970819 19970831"},
		{"20070115", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115 20070130 20070215 20070315 20070330"},
	} {
		want, open := days(t, row.want)
		most := 10_000
		if open {
			most = len(want)
		}
		if got := begins(series(t, "America/New_York", row.start+"T090000", row.rule), 10*years, most); !slices.Equal(got, want) {
			t.Errorf("%s from %s:\n got %v\nwant %v", row.rule, row.start, got, want)
		}
	}
	// By erratum 3883 this ends at 21:00 UTC, and not at 17:00.
	hours := begins(series(t, "America/New_York", "19970902T090000", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z"), years, 100)
	if want := []string{"19970902T0900", "19970902T1200", "19970902T1500"}; !slices.Equal(hours, want) {
		t.Errorf("every three hours is %v, want %v", hours, want)
	}
	minutes := begins(series(t, "America/New_York", "19970902T090000", "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40"), years, 25)
	if want := []string{"19970902T0900", "19970902T0920", "19970902T0940", "19970902T1000"}; !slices.Equal(minutes[:4], want) || minutes[23] != "19970902T1640" || minutes[24] != "19970903T0900" {
		t.Errorf("every twenty minutes of the day is %v", minutes)
	}
}

// days spells out what a row wants, and whether it goes on.
func days(t *testing.T, text string) (out []string, open bool) {
	t.Helper()
	for one := range strings.FieldsSeq(text) {
		if one == "..." {
			return out, true
		}
		first, last, ranged := strings.Cut(one, "-")
		if !ranged {
			last = first
		}
		at, err := time.Parse("20060102", first)
		if err != nil {
			t.Fatal(err)
		}
		for ; at.Format("20060102") <= last; at = at.AddDate(0, 0, 1) {
			out = append(out, at.Format("20060102")+"T0900")
		}
	}
	return out, false
}

// Instants are by the tz database's rules: in Berlin clocks skip 02:00 to 03:00 on 29
// March 2026, and show it twice on 25 October; Lord Howe's skip half an hour.
func TestOccurrencesAreTrueInTheZone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what, zone, start, rule string
		want                    []string
	}{
		{"nine o'clock stays nine o'clock", "Europe/Berlin", "20260328T090000", "FREQ=DAILY;COUNT=3", []string{"2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z"}},
		{"a time that is skipped is none, and is not counted", "Europe/Berlin", "20260328T023000", "FREQ=DAILY;COUNT=3", []string{"2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"}},
		{"of a time that comes twice the first is meant", "Europe/Berlin", "20261024T023000", "FREQ=DAILY;COUNT=3", []string{"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"hours are those that clocks show", "Europe/Berlin", "20261025T013000", "FREQ=HOURLY;COUNT=3", []string{"2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"}},
		{"half an hour that is skipped", "Australia/Lord_Howe", "20261003T021500", "FREQ=DAILY;COUNT=2", []string{"2026-10-02T15:45:00Z", "2026-10-04T15:15:00Z"}},
		{"an end in local time", "Europe/Berlin", "20260328T090000", "FREQ=DAILY;UNTIL=20260329T090000", []string{"2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"}},
		{"an end that is a day", "Europe/Berlin", "20260328T090000", "FREQ=DAILY;UNTIL=20260329", []string{"2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"}},
	} {
		s := series(t, row.zone, row.start, row.rule)
		var got []string
		from := calendar.Instant(s.Start, s.Zone)
		s.Between(from, from.Add(years), func(at time.Time) bool { got = append(got, at.Format(time.RFC3339)); return true })
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", row.what, got, row.want)
		}
		if last, ok := s.Last(years); !ok || last.Format(time.RFC3339) != row.want[len(row.want)-1] {
			t.Errorf("%s: the last is %s, %v", row.what, last, ok)
		}
		if first, ok := s.First(); !ok || first.Format(time.RFC3339) != row.want[0] {
			t.Errorf("%s: the first is %s, %v", row.what, first, ok)
		}
	}
}

// drawn makes rules that the other implementation can be asked: one that never holds
// would keep it busy until the year 9999.
func drawn(t *rapid.T) string {
	freq := rapid.SampledFrom([]string{"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(t, "freq")
	parts := []string{"FREQ=" + freq}
	list := func(name string, of []string, most int) {
		if n := rapid.IntRange(0, most).Draw(t, name+" n"); n > 0 {
			parts = append(parts, name+"="+strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(of), n, n, rapid.ID).Draw(t, name), ","))
		}
	}
	interval := rapid.IntRange(1, 5).Draw(t, "interval")
	if freq == "YEARLY" {
		interval = 1 // and so the other ends soon
	}
	parts = append(parts, fmt.Sprintf("INTERVAL=%d", interval))
	if rapid.Bool().Draw(t, "counted") {
		parts = append(parts, fmt.Sprintf("COUNT=%d", rapid.IntRange(1, 60).Draw(t, "count")))
	}
	if interval == 1 || freq != "HOURLY" {
		list("BYHOUR", []string{"0", "3", "7", "12", "23"}, 3)
	}
	list("BYMINUTE", []string{"0", "15", "30", "59"}, 3)
	plain := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	switch freq {
	case "YEARLY":
		switch rapid.IntRange(0, 3).Draw(t, "way") {
		case 0:
			parts = append(parts, "BYWEEKNO="+strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2", "20", "52", "-5"}), 1, 3, rapid.ID).Draw(t, "weeks"), ","),
				"BYDAY="+strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(plain), 1, 3, rapid.ID).Draw(t, "days"), ","))
		case 1:
			list("BYYEARDAY", []string{"1", "59", "60", "100", "200", "365", "-1", "-300"}, 4)
		case 2:
			list("BYDAY", []string{"1MO", "20TU", "-1FR", "-3SU", "52WE"}, 3)
		case 3:
			list("BYMONTH", []string{"1", "2", "6", "12"}, 3)
			list("BYMONTHDAY", []string{"1", "15", "28", "-1", "-28"}, 3)
		}
		list("BYSETPOS", []string{"1", "2", "-1"}, 2)
	case "MONTHLY":
		// Of both in one list the other takes only days that are in both.
		list("BYDAY", rapid.SampledFrom([][]string{{"1MO", "2TU", "-1FR", "-3SU", "4WE"}, plain}).Draw(t, "days"), 4)
		list("BYSETPOS", []string{"1", "2", "-1", "-2"}, 2)
	case "WEEKLY":
		list("BYDAY", plain, 4)
	default:
		list("BYDAY", plain, 4)
		list("BYMONTHDAY", []string{"1", "2", "10", "11", "15", "28", "-1"}, 4)
	}
	if freq == "WEEKLY" || freq == "YEARLY" {
		parts = append(parts, "WKST="+rapid.SampledFrom(plain).Draw(t, "wkst"))
	}
	return strings.Join(parts, ";")
}

// TestRulesMeanWhatTheyDoElsewhere compares with github.com/teambition/rrule-go, a port
// of Python's dateutil, in a zone whose clocks are never changed.
func TestRulesMeanWhatTheyDoElsewhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := drawn(t)
		start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 3*365*24*60).Draw(t, "start")) * time.Minute)
		rule, err := recurrence.Parse(text)
		if err != nil {
			if strings.Contains(text, "BYSETPOS") {
				t.Skip("there is nothing beside BYSETPOS")
			}
			t.Fatalf("%s: %v", text, err)
		}
		option, err := rrule.StrToROption(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		option.Dtstart = start
		other, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		from := start.Add(time.Duration(rapid.IntRange(0, 2*365*24).Draw(t, "after")) * time.Hour)
		to := from.Add(200 * 24 * time.Hour)
		var got, want []string
		recurrence.Series{Rule: rule, Start: start, Zone: time.UTC}.Between(from, to, func(at time.Time) bool {
			got = append(got, at.Format(time.RFC3339))
			return true
		})
		next := other.Iterator()
		for at, ok := next(); ok && at.Before(to); at, ok = next() {
			if !at.Before(from) {
				want = append(want, at.Format(time.RFC3339))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s from %s:\n got %v\nwant %v", text, start, got, want)
		}
	})
}

func TestAWrongRuleIsToldWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                                  "such as",
		"FREQ":                              "such as",
		"BYDAY=MO":                          "must have a FREQ of",
		"FREQ=SECONDLY":                     "must have a FREQ of HOURLY",
		"FREQ=MINUTELY;INTERVAL=90":         "must have a FREQ of HOURLY",
		"FREQ=DAILY;FREQ=DAILY":             "once only",
		"FREQ=DAILY;INTERVAL=0":             "INTERVAL of 1 to 1000",
		"FREQ=DAILY;COUNT=1000000000":       "COUNT of 1 to 10000",
		"FREQ=DAILY;COUNT=2;UNTIL=20260101": "not both",
		"FREQ=DAILY;UNTIL=2026-01-01":       "UNTIL such as",
		"FREQ=DAILY;BYHOUR=24":              "BYHOUR numbers of 0 to 23",
		"FREQ=DAILY;BYMONTHDAY=0":           "1 to 31, or -1 to -31",
		"FREQ=DAILY;BYSECOND=1":             "leave out BYSECOND",
		"FREQ=DAILY;BYDAY=1MO":              "must number days",
		"FREQ=MONTHLY;BYDAY=-53MO,54TU":     "BYDAY days such as",
		"FREQ=MONTHLY;BYDAY=XX":             "BYDAY days such as",
		"FREQ=MONTHLY;BYWEEKNO=1":           "only where FREQ is YEARLY",
		"FREQ=WEEKLY;BYMONTHDAY=1":          "must not have BYMONTHDAY",
		"FREQ=DAILY;BYYEARDAY=1":            "YEARLY or HOURLY",
		"FREQ=MONTHLY;BYSETPOS=1":           "beside another",
		"FREQ=WEEKLY;WKST=1":                "WKST of",
		"FREQ=DAILY;X-NAME=1":               "only parts of RFC 5545",
		"FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10": "at most 96 times a day",
		"FREQ=DAILY;BYDAY=" + strings.Repeat("MO,", 300):                      "at most 500 characters",
	} {
		if _, err := recurrence.Parse(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is %v, want one that says %q", text, err, says)
		}
	}
}

// A rule that never holds ends with the time that is asked for, and one of long ago is
// not gone through from its start: both would otherwise not end within the test.
func TestWhatIsAskedForBoundsTheWork(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{"FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=MONTHLY;BYDAY=53MO", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5"} {
		s := series(t, "Europe/Berlin", "20260101T030000", rule)
		if got := begins(s, 2*years, 1); len(got) != 0 {
			t.Errorf("%s has %v", rule, got)
		}
		if at, ok := s.First(); ok {
			t.Errorf("%s begins at %s", rule, at)
		}
	}
	old := series(t, "Europe/Berlin", "19000101T000000", "FREQ=HOURLY")
	from, count := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC), 0
	for range 1000 {
		old.Between(from, from.Add(time.Hour), func(at time.Time) bool { count++; return true })
	}
	if count != 1000 {
		t.Errorf("an hour has %d hours, a thousand times", count)
	}
	for range 1000 {
		if last, ends := old.Last(200 * years); ends {
			t.Errorf("what has no end ends at %s", last)
		}
	}
}

// Of rules that end with a time, wherever their occurrences lie before it: the last of all
// occurrences.
func TestTheLastOccurrenceIsTheLastOfAll(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{
		"FREQ=HOURLY;UNTIL=20290326T003000Z", "FREQ=DAILY;UNTIL=20290325", "FREQ=DAILY;UNTIL=20290325T030000", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20290401",
		"FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20290228", "FREQ=YEARLY;UNTIL=20291231", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;UNTIL=20301231", "FREQ=DAILY;UNTIL=20260101",
	} {
		s := series(t, "Europe/Berlin", "20260101T030000", rule)
		var want time.Time
		s.Between(s.Start.Add(-24*time.Hour), s.Start.Add(6*years), func(at time.Time) bool { want = at; return true })
		if last, ends := s.Last(6 * years); !ends || !last.Equal(want) {
			t.Errorf("%s ends %v at %s, want %s", rule, ends, last, want)
		}
	}
	for _, rule := range []string{"FREQ=DAILY;UNTIL=20251231", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20301231"} {
		if last, ends := series(t, "Europe/Berlin", "20260101T030000", rule).Last(6 * years); ends {
			t.Errorf("%s, which never comes, ends at %s", rule, last)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"FREQ=WEEKLY;BYDAY=SU", "FREQ=MONTHLY;BYDAY=-53MO", "FREQ=YEARLY;BYWEEKNO=53;BYSETPOS=-366", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5", "FREQ=DAILY;UNTIL=99991231T235959Z"} {
		f.Add(text, int64(0))
	}
	f.Fuzz(func(t *testing.T, text string, at int64) {
		r, err := recurrence.Parse(text)
		if err != nil {
			return
		}
		start := time.Unix(at%(1<<33), 0).UTC().Truncate(time.Minute)
		s, last := recurrence.Series{Rule: r, Start: start, Zone: time.UTC}, time.Time{}
		s.Between(start, start.Add(years), func(at time.Time) bool {
			if !at.After(last) || at.Before(start) || !at.Before(start.Add(years)) {
				t.Fatalf("%q has %s after %s", text, at, last)
			}
			last = at
			return true
		})
	})
}
