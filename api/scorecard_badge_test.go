package api

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/rules"
)

// luminance is WCAG 2.2's relative luminance of an sRGB colour.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("colour %q: %v", hex, err)
	}
	linear := func(c uint64) float64 {
		v := float64(c&255) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return .2126*linear(n>>16) + .7152*linear(n>>8) + .0722*linear(n)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + .05) / (min(la, lb) + .05)
}

// drawn is a badge as a browser reads it.
type drawn struct {
	Label string `xml:"aria-label,attr"`
	Width string `xml:"width,attr"`
	Rects []struct {
		X     float64 `xml:"x,attr"`
		Width float64 `xml:"width,attr"`
		Fill  string  `xml:"fill,attr"`
	} `xml:"rect"`
	Group struct {
		Fill  string `xml:"fill,attr"`
		Texts []struct {
			X    float64 `xml:"x,attr"`
			Text string  `xml:",chardata"`
		} `xml:"text"`
	} `xml:"g"`
}

// Each state of a badge: not scored, below the lowest level, and on each of more levels than there are
// colours. What is behind a text is the rectangle that was painted last of those at its middle. WCAG
// 2.2, 1.4.3, asks for 4.5 : 1; black on white is 21 : 1 and #767676 on white 4.54 : 1.
func TestTheTextsOfABadgeHaveContrastInEachState(t *testing.T) {
	t.Parallel()
	if got := contrast(t, "#000000", "#ffffff"); math.Abs(got-21) > .001 {
		t.Fatalf("black on white is %v", got)
	}
	if got := contrast(t, "#767676", "#ffffff"); math.Abs(got-4.54) > .005 {
		t.Fatalf("#767676 on white is %v", got)
	}
	colours := map[string]bool{}
	for level := -2; level < 8; level++ {
		c := scorecards.ServiceCard{Scorecard: scorecards.Scorecard{Name: `Ready & <able> for "all" that comes, and more than fits`}}
		c.Service.Name = "Checkout"
		c.Standing.Level, c.Standing.PassedWeight, c.Standing.CountedWeight = level, 41, 50
		says := fmt.Sprintf("Level %d 82 %%", level) // 41 of 50
		switch {
		case level == -2:
			c.Standing.Level, c.Standing.CountedWeight, says = rules.NoLevel, 0, "not scored"
		case level == -1:
			says = "no level yet 82 %"
		default:
			c.LevelName = fmt.Sprintf("Level %d", level)
		}
		var d drawn
		if err := xml.Unmarshal(drawBadge(c), &d); err != nil {
			t.Fatalf("%s: %v", says, err)
		}
		if len(d.Group.Texts) != 2 || d.Group.Texts[1].Text != says || !strings.HasSuffix(d.Label, ", "+says) {
			t.Errorf("it says %+v, %q, want %q", d.Group.Texts, d.Label, says)
		}
		for _, text := range d.Group.Texts {
			ground := ""
			for _, r := range d.Rects {
				if r.X <= text.X && text.X <= r.X+r.Width {
					ground = r.Fill
				}
			}
			if got := contrast(t, d.Group.Fill, ground); got < 4.5 {
				t.Errorf("%q: %s on %s is %.2f : 1", text.Text, d.Group.Fill, ground, got)
			}
			colours[ground] = true
		}
	}
	if len(colours) != len(badgeColours)+1 {
		t.Errorf("it is painted in %d colours: %v", len(colours), colours)
	}
}
