package api

import (
	"fmt"
	"html"
	"strings"

	"github.com/evenkeel/evenkeel/scorecards"
)

const badgeType = "image/svg+xml"

// badge is a picture of what a scorecard came to for a service.
type badge struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// The colours of levels by how high they are, on which white has a contrast of at least 4.5 : 1
// (WCAG 2.2, 1.4.3); below the lowest it is the first.
var badgeColours = []string{"#5d6b7a", "#9c5a2b", "#58707f", "#8a6400", "#0f766e", "#2563c4", "#6d48c0"}

// badgeInk is what the name stands on.
const badgeInk = "#3a4551"

// The measures of a badge, in pixels: a letter of 11 px in a font without serifs is about 6.6 wide.
const (
	badgeHeight  = 20
	badgeLetter  = 6.6
	badgePadding = 6
	longestBadge = 40 // letters of the name
)

// badgeWords is what the badge says: the scorecard's name, and "Silver 82 %".
func badgeWords(c scorecards.ServiceCard) (name, says string) {
	name = c.Scorecard.Name
	if letters := []rune(name); len(letters) > longestBadge {
		name = strings.TrimSpace(string(letters[:longestBadge-1])) + "…"
	}
	score := c.Standing.Score()
	switch {
	case score == nil:
		return name, "not scored"
	case c.LevelName == "":
		return name, fmt.Sprintf("no level yet %d %%", *score)
	}
	return name, fmt.Sprintf("%s %d %%", c.LevelName, *score)
}

// drawBadge draws it; its words are its name for those who do not see it.
func drawBadge(c scorecards.ServiceCard) []byte {
	name, says := badgeWords(c)
	colour := badgeColours[0]
	if c.LevelName != "" {
		colour = badgeColours[min(c.Standing.Level+1, len(badgeColours)-1)]
	}
	wide := func(text string) float64 { return badgeLetter*float64(len([]rune(text))) + 2*badgePadding }
	left, right := wide(name), wide(says)
	title := html.EscapeString(c.Service.Name + ": " + name + ", " + says)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.1f" height="%d" role="img" aria-label="%s"><title>%s</title>`, left+right, badgeHeight, title, title)
	fmt.Fprintf(&b, `<rect width="%.1f" height="%d" rx="3" fill="%s"/><rect width="%.1f" height="%d" rx="3" fill="%s"/><rect x="%.1f" width="4" height="%d" fill="%s"/>`,
		left+right, badgeHeight, colour, left, badgeHeight, badgeInk, left-4, badgeHeight, badgeInk)
	b.WriteString(`<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">`)
	for _, t := range []struct {
		at, room float64
		text     string
	}{{left / 2, left, name}, {left + right/2, right, says}} {
		fmt.Fprintf(&b, `<text x="%.1f" y="14" textLength="%.1f" lengthAdjust="spacingAndGlyphs">%s</text>`, t.at, t.room-2*badgePadding, html.EscapeString(t.text))
	}
	b.WriteString("</g></svg>\n")
	return []byte(b.String())
}
