package change

import (
	"slices"
	"strings"
	"testing"
	"time"
)

var made = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

// minute is so many minutes after the deployment was made.
func minute(n int) time.Time { return made.Add(time.Duration(n) * time.Minute) }

func told(state State, after int) Deployment {
	return Deployment{Source: GitHub, ID: "1", Kind: Deploy, Release: "main (f95f852)", Created: made, State: state, At: minute(after)}
}

// permutations are all orders of the numbers below n.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, shorter := range permutations(n - 1) {
		for at := 0; at < n; at++ {
			out = append(out, slices.Insert(slices.Clone(shorter), at, n-1))
		}
	}
	return out
}

// Webhooks come in any order and twice. What is wanted is worked out by hand from the order in
// which GitHub documents that a deployment goes through its states.
func TestADeploymentComesToTheSameInWhateverOrderItIsTold(t *testing.T) {
	t.Parallel()
	day := 24 * 60
	for name, c := range map[string]struct {
		told    []Deployment
		begins  int
		ends    int // -1 while it goes on
		outcome Outcome
	}{
		"as Actions do it":             {[]Deployment{told(Made, 0), told(Made, 1), told(Going, 2), told(Done, 9)}, 2, 9, Succeeded},
		"by a script":                  {[]Deployment{told(Made, 0), told(Done, 3)}, 0, 3, Succeeded},
		"only how it ended came":       {[]Deployment{told(Broken, 3)}, 0, 3, Failed},
		"it goes on":                   {[]Deployment{told(Made, 0), told(Going, 2)}, 2, -1, Unknown},
		"it waits":                     {[]Deployment{told(Made, 0), told(Made, 1)}, 0, -1, Unknown},
		"it waited for ten days":       {[]Deployment{told(Made, 0), told(Going, 10*day), told(Done, 10*day+5)}, 10 * day, 10*day + 5, Succeeded},
		"superseded after it was done": {[]Deployment{told(Made, 0), told(Going, 1), told(Done, 2), told(Superseded, day)}, 1, 2, Succeeded},
		"superseded before it ended":   {[]Deployment{told(Made, 0), told(Going, 1), told(Superseded, 8)}, 1, 8, Unknown},
		"run again after it broke":     {[]Deployment{told(Made, 0), told(Going, 1), told(Broken, 4), told(Going, 20), told(Done, 25)}, 1, 25, Succeeded},
		"two words in one second":      {[]Deployment{told(Made, 0), told(Done, 4), told(Broken, 4)}, 0, 4, Failed},
	} {
		for _, order := range permutations(len(c.told)) {
			if c.told[order[0]].State == Superseded && c.outcome == Unknown {
				continue // is lost, as the next test has it
			}
			var standing *Terms
			tell := func(d Deployment) bool {
				terms, tells := d.onto(standing)
				if tells {
					standing = &terms
				}
				return tells
			}
			for _, n := range order {
				tell(c.told[n])
			}
			if !standing.Begins.Equal(minute(c.begins)) || (standing.Ends == nil) != (c.ends < 0) || c.ends >= 0 && !standing.Ends.Equal(minute(c.ends)) || standing.Outcome != c.outcome {
				t.Errorf("%s, in the order %v: %+v", name, order, *standing)
			}
			for _, again := range c.told {
				if tell(again) {
					t.Errorf("%s, in the order %v: told again, %s changes it to %+v", name, order, again.State, *standing)
				}
			}
		}
	}
}

// Before webhooks came there were deployments, of which nobody knows how they went.
func TestADeploymentThatIsOnlySupersededIsNone(t *testing.T) {
	t.Parallel()
	if terms, tells := told(Superseded, 5).onto(nil); tells {
		t.Errorf("it is %+v", terms)
	}
}

func TestWhatATrackerWritesIsKeptAsItCanBeShown(t *testing.T) {
	t.Parallel()
	d := told(Made, 0)
	d.Release, d.Author, d.Note = strings.Repeat("ä", 201), "wan\u202eda\x00", " two\nlines \xff"
	terms, _ := d.onto(nil)
	if terms.Release != strings.Repeat("ä", 200) || terms.Author != "wanda" || terms.Note != "two\nlines" {
		t.Errorf("kept is %q", terms)
	}
}
