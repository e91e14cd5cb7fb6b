package dashboard

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// -picture writes the picture of the README:
// scripts/testenv chromium -- go test ./api/dashboard -run TestThePicture -picture ../../docs/images/dashboard.png
var picture = flag.String("picture", "", "write the picture of the README to this file")

const (
	pictureWidth = 1440
	// pictureBytes is how much a reader of the README is asked to load at most.
	pictureBytes = 150_000
)

// shownObjectives are the objectives on the picture: how many of a thousand events are bad at so many
// hours ago.
var shownObjectives = []struct {
	team, service, slug, name, target string
	bad                               func(hoursAgo int) float64
	say                               func(d *slo.Declaration)
	until                             int // hours ago that it was measured last
}{
	{"search", "Ranking", "availability", "Rankings are answered", "99.9%", func(ago int) float64 {
		if ago > 150 && ago < 160 {
			return 98
		}
		return .5
	}, nil, 0},
	{"shop", "Catalogue", "latency", "Pages within 300 ms", "99.5%", func(ago int) float64 {
		if ago < 9 {
			return 60
		}
		return 3.4
	}, func(d *slo.Declaration) { d.Category = slo.Latency }, 0},
	{"search", "Suggestions", "availability", "Suggestions appear", "99.5%", func(int) float64 { return 2 }, func(d *slo.Declaration) {
		d.Origin = origin.Origin{GroupBy: "region", MaxGroups: 5}
	}, 0},
	{"payments", "Payments", "availability", "Card payments succeed", "99.95%", func(int) float64 { return .3 }, func(d *slo.Declaration) {
		d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Month, TimeZone: "Europe/Berlin"}
	}, 0},
	{"shop", "Orders", "availability", "Orders are taken", "99.9%", func(ago int) float64 {
		if ago == 400 {
			return 60
		}
		return .25
	}, nil, 0},
	{"payments", "Ledger", "freshness", "Balances of the last minute", "99%", func(int) float64 { return 3.1 }, func(d *slo.Declaration) { d.Category = slo.Freshness }, 5},
	{"shop", "Checkout", "latency", "Checkout within a second", "95%", func(int) float64 { return 14 }, func(d *slo.Declaration) { d.Category = slo.Latency }, 0},
	{"platform", "Identity", "availability", "Sign-ins succeed", "99.9%", nil, nil, 0},
}

// pictured is a house with these.
func pictured(t *testing.T) *house {
	t.Helper()
	stages := []int{150, 8, 5, 0} // the hours ago at which all is judged
	h := buildAt(t, sampleNow.Add(-time.Duration(stages[0])*time.Hour))
	for _, team := range []registry.TeamInput{{Slug: "shop", Name: "Shop"}, {Slug: "search", Name: "Search"}, {Slug: "payments", Name: "Payments"}, {Slug: "platform", Name: "Platform"}} {
		_, err := h.registry.CreateTeam(h.admin, team)
		h.must(err)
	}
	end, system := sampleNow.Truncate(measure.FiveMinutes), access.WithCaller(t.Context(), access.System("test"))
	var reports []slo.Report
	for _, o := range shownObjectives {
		slug := strings.ToLower(o.service)
		service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: slug, Team: o.team, Profile: registry.Profile{
			Name: o.service, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production, Repository: "https://github.com/example/" + slug,
		}})
		h.must(err)
		d := slo.Declaration{Slug: o.slug, Name: o.name, Objective: o.target, WindowDays: 28, Category: slo.Availability, Resolution: measure.FiveMinutes}
		if o.say != nil {
			o.say(&d)
		}
		v, _, err := h.slos.Declare(h.admin, service.ID, d)
		h.must(err)
		r := slo.Report{Name: slo.Name{Service: slug, SLO: v.SLO.Slug}}
		for ago := 2 * 672; o.bad != nil && ago > o.until; ago-- {
			for i, group := range []string{"eu-west", "us-east"} {
				if d.Origin.GroupBy == "" && i > 0 {
					break
				}
				bad := 12 * o.bad(ago)
				if d.Origin.GroupBy == "" {
					group = ""
				} else if i > 0 {
					bad *= 3
				}
				good := 12_000 - bad
				r.Slots = append(r.Slots, slo.Slot{Start: end.Add(-time.Duration(ago)*time.Hour + 55*time.Minute), Good: &good, Total: 12_000, Group: group})
			}
		}
		reports = append(reports, r)
	}
	h.govern()
	for _, ago := range stages {
		h.clock.Advance(sampleNow.Add(-time.Duration(ago) * time.Hour).Sub(h.clock.Now()))
		for i, r := range reports {
			over := slices.IndexFunc(r.Slots, func(s slo.Slot) bool { return s.Start.After(h.clock.Now().Add(-measure.FiveMinutes)) })
			if over < 0 {
				over = len(r.Slots)
			}
			r.Slots, reports[i].Slots = r.Slots[:over], r.Slots[over:]
			h.pushAll(r)
		}
		_, err := h.evaluator.RunOnce(system)
		h.must(err)
		_, err = h.policies.ApplyOnce(system)
		h.must(err)
	}
	return h
}

func TestThePictureOfTheReadmeIsOfTheOverviewAndNotLarge(t *testing.T) {
	t.Parallel()
	var h *house
	b := browser(t, func(opts Options) *Dashboard {
		h = pictured(t)
		opts.Now = h.clock.Now
		return New(h.sources, opts)
	})
	b.signIn(h.session())
	must[cdp.Empty](t)(chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: pictureWidth, Height: 900, DeviceScaleFactor: 1}))
	b.prefer("light")
	b.open("/")
	s := must[seen](t)(chromedp.Run(b.ctx, chromedp.Evaluate[seen](look)))
	if s.H1 != 1 || s.Scroll > pictureWidth || len(s.Sideways) > 0 {
		t.Errorf("the page is %+v", s)
	}
	height := must[float64](t)(chromedp.Run(b.ctx, chromedp.Evaluate[float64](`document.documentElement.getBoundingClientRect().height`)))
	taken := must[cdppage.CaptureScreenshotResult](t)(chromedp.Call(b.ctx, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{
		Format: "png", CaptureBeyondViewport: new(true), Clip: &cdppage.Viewport{Width: pictureWidth, Height: height, Scale: 1},
	}))
	read, err := png.Decode(bytes.NewReader(taken.Data))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&small, ofFewColours(read)); err != nil {
		t.Fatal(err)
	}
	if size := read.Bounds().Size(); size.X != pictureWidth || small.Len() > pictureBytes {
		t.Errorf("the picture is %d px wide and has %d bytes", size.X, small.Len())
	}
	if *picture != "" {
		if err := os.WriteFile(*picture, small.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// ofFewColours is a picture in 256 colours: the most frequent, which fill areas, as they are,
// and of the others, which are the edges of letters, one of those that are much alike.
func ofFewColours(of image.Image) image.Image {
	bounds := of.Bounds()
	count := map[color.Color]int{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[of.At(x, y)]++
		}
	}
	often := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	alike := map[[3]uint32]bool{}
	var palette color.Palette
	for _, c := range often {
		r, g, b, _ := c.RGBA()
		near := [3]uint32{r >> 13, g >> 13, b >> 13}
		if area := len(palette) < 64; !area && alike[near] || len(palette) == 256 {
			continue
		}
		alike[near] = true
		palette = append(palette, c)
	}
	out := image.NewPaletted(bounds, palette)
	draw.Draw(out, bounds, of, bounds.Min, draw.Src)
	return out
}
