package dashboard

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var property = regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-f]{6});`)

// theme reads the colours of the first :root block in css.
func theme(css string) map[string]string {
	_, block, _ := strings.Cut(css, ":root {")
	block, _, _ = strings.Cut(block, "}")
	out := map[string]string{}
	for _, m := range property.FindAllStringSubmatch(block, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// luminance is WCAG 2.2's relative luminance of an sRGB colour.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
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

func TestContrastIsThatOfWCAG(t *testing.T) {
	t.Parallel()
	// Black on white is 21 : 1; #767676 on white is the well-known 4.54 : 1.
	if got := contrast(t, "#000000", "#ffffff"); math.Abs(got-21) > .001 {
		t.Errorf("black on white: %v", got)
	}
	if got := contrast(t, "#767676", "#ffffff"); math.Abs(got-4.54) > .005 {
		t.Errorf("#767676 on white: %v", got)
	}
}

func TestTextAndPicturesHaveContrastInBothThemes(t *testing.T) {
	t.Parallel()
	light := string(style)
	_, dark, found := strings.Cut(light, "@media (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("there is no dark theme")
	}
	grounds := []string{"bg", "surface", "sunken"}
	text := map[string][]string{
		"ink": append(grounds, "gap", "track"), "ink-2": append(grounds, "none-tint"), "ink-3": append(grounds, "gap"), "accent": append(grounds, "accent-tint"), "surface": {"ink", "accent"},
		"ok": {"surface", "ok-tint"}, "risk": {"surface", "risk-tint"}, "bad": {"surface", "bad-tint"},
		"none": {"surface", "none-tint"}, "stale": {"surface", "stale-tint"},
	}
	// Graphics need 3 : 1 against what is beside them (WCAG 2.2, 1.4.11).
	graphics := map[string][]string{
		"ok-fill": {"surface", "area-above"}, "risk-fill": {"surface"}, "bad-fill": {"surface", "area-below"}, "none-fill": {"surface"},
		"stale-fill": {"surface"}, "accent-fill": {"surface"}, "lv0": {"surface"}, "lv1": {"surface"}, "lv2": {"surface"}, "lv3": {"surface"}, "lv4": {"surface"}, "lv5": {"surface"}, "ink": {"track"}, "ink-2": {"area-above", "area-below"},
	}
	for name, colours := range map[string]map[string]string{"light": theme(light), "dark": theme(dark)} {
		check := func(pairs map[string][]string, least float64) {
			for front, backs := range pairs {
				for _, back := range backs {
					if colours[front] == "" || colours[back] == "" {
						t.Errorf("%s: --%s or --%s has no colour", name, front, back)
						continue
					}
					if got := contrast(t, colours[front], colours[back]); got < least {
						t.Errorf("%s: --%s on --%s is %.2f : 1, want %.1f", name, front, back, got, least)
					}
				}
			}
		}
		check(text, 4.5)
		check(graphics, 3)
	}
}

func TestBothThemesNameTheSameColours(t *testing.T) {
	t.Parallel()
	light := theme(string(style))
	_, css, _ := strings.Cut(string(style), "@media (prefers-color-scheme: dark)")
	dark := theme(css)
	for name := range light {
		if dark[name] == "" {
			t.Errorf("--%s has no dark colour", name)
		}
	}
	for _, use := range regexp.MustCompile(`var\(--([a-z0-9-]+)\)`).FindAllStringSubmatch(string(style), -1) {
		if light[use[1]] == "" && !strings.Contains(string(style), "--"+use[1]+":") {
			t.Errorf("var(--%s) is used and never set", use[1])
		}
	}
}
