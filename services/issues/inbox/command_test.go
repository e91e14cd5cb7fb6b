package inbox

import "testing"

func TestACommandBeginsALine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, name, text string }{
		{"/evenkeel dispute It was planned.", "dispute", "It was planned."},
		{"/evenkeel dispute", "dispute", ""},
		{"/evenkeel   Dispute  two  words ", "dispute", "two  words"},
		{"/evenkeel\tdispute it", "dispute", "it"},
		{"Hello,\r\n\r\n/evenkeel dispute One.\r\n\r\nTwo.\r\n", "dispute", "One.\n\nTwo."},
		{"/evenkeel dispute a\n/evenkeel dispute b", "dispute", "a\n/evenkeel dispute b"},
		{"/evenkeel", "", ""},
		{"/evenkeel   ", "", ""},
		{"/evenkeeldispute it", "", ""},
		{"Write /evenkeel dispute to dispute.", "", ""},
		{" /evenkeel dispute it", "", ""},
		{"> /evenkeel dispute what somebody else wrote", "", ""},
		{"`/evenkeel dispute it`", "", ""},
		{"```\n/evenkeel dispute an example\n```", "", ""},
		{"~~~ text\n/evenkeel dispute an example\n```\n/evenkeel dispute an example\n~~~~\n/evenkeel dispute it", "dispute", "it"},
		{"", "", ""},
	} {
		name, text, found := parseCommand(c.body)
		if found != (c.name != "") || name != c.name || text != c.text {
			t.Errorf("%q is %q %q (%t), want %q %q", c.body, name, text, found, c.name, c.text)
		}
	}
}
