package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/manifest"
)

const (
	setSize   = 5000
	goalPlans = 5 * time.Second
)

// BenchmarkManifests plans a set of 5,000 manifests: 50 teams, 950 services and 4,000 SLOs. Once all of
// them are new, once one of a hundred differs, and once nothing does.
func BenchmarkManifests(b *testing.B) {
	each := func(b *testing.B, h *house) {
		in := manifest.Input{Set: "fleet", Files: fleetManifests("99.9%")}
		plan := func(b *testing.B, what string, in manifest.Input, changed int) {
			began := time.Now()
			p, err := h.Manifests.Plan(h.system, in)
			took := time.Since(began)
			check(b, err)
			if p.Changed() != changed || len(p.Refused()) > 0 {
				b.Fatalf("%s: %d steps change something and %d are refused, want %d and none", what, p.Changed(), len(p.Refused()), changed)
			}
			results.add(figure{
				name: fmt.Sprintf("plan of %d manifests, %s, %s", setSize, what, h.database.name()), this: took.Round(time.Millisecond).String(),
				goal: "≤ " + goalPlans.String(), met: took <= goalPlans,
			})
			b.ReportMetric(float64(took.Milliseconds()), strings.ReplaceAll(what, " ", "-")+"-ms")
		}
		plan(b, "all new", in, setSize)
		began := time.Now()
		_, err := h.Manifests.Apply(h.system, in)
		check(b, err)
		applied := time.Since(began)
		plan(b, "none differs", in, 0)
		some := in
		some.Files = fleetManifests("99.5%")
		plan(b, "40 differ", some, 40)
		results.add(figure{name: fmt.Sprintf("apply %d manifests, all new, %s", setSize, h.database.name()), this: applied.Round(time.Millisecond).String()})
		b.ReportMetric(0, "ns/op")
	}
	b.Run("SQLite", func(b *testing.B) { each(b, newHouse(b, location{dir: b.TempDir()}, 1)) })
	b.Run("PostgreSQL", func(b *testing.B) { each(b, onPostgres(b, 1)) })
}

// fleetManifests are a file for each team, with its services and their SLOs. Of every hundredth SLO
// the objective is the one that is given.
func fleetManifests(objective string) []manifest.File {
	const fleetTeams, servicesEach, slos = 50, 19, 4000
	files := make([]manifest.File, fleetTeams)
	made := 0
	for t := range fleetTeams {
		var text strings.Builder
		fmt.Fprintf(&text, "apiVersion: evenkeel/v1\nkind: Team\nslug: crew-%d\nname: Crew %d\n", t, t)
		for s := range servicesEach {
			service := fmt.Sprintf("service-%d-%d", t, s)
			fmt.Fprintf(&text, "---\napiVersion: evenkeel/v1\nkind: Service\nslug: %s\nname: Service %d\nteam: crew-%d\ntype: http\ntier: 2\nrunbook: https://example.org/%s\n", service, s, t, service)
			for n := 0; n < 5 && made < slos; n++ {
				if made >= (t*servicesEach+s+1)*slos/(fleetTeams*servicesEach) {
					break
				}
				is := "99.9%"
				if made%100 == 0 {
					is = objective
				}
				fmt.Fprintf(&text, "---\napiVersion: evenkeel/v1\nkind: SLO\nservice: %s\nslug: slo-%d\nname: Requests %d\nobjective: %s\nwindowDays: 30\nindicator:\n  category: availability\n  description: a request that was answered\n", service, n, n, is)
				made++
			}
		}
		files[t] = manifest.File{Path: fmt.Sprintf("crew-%d.yaml", t), Text: text.String()}
	}
	return files
}
