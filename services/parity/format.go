package parity

import (
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// MaxText is how large an export may be, in bytes.
const MaxText = 8 << 20

// Formats are the exports that are read, by their names, with what each is.
var Formats = []Format{
	{"csv", "a table with the columns service, slo, from, to, sli, and where there are such good, total, budget_remaining", readCSV},
	{"datadog", "replies of /api/v1/slo/{id}/history, each with its slo_id", jsonOf(datadog)},
	{"nobl9", "replies of the SLO status API, version 1 or 2", jsonOf(nobl9)},
	{"slo-generator", "reports of slo-generator as lines of JSON", jsonOf(sloGenerator)},
	{"prometheus", "the reply of a Prometheus to slo:sli_error:ratio_rate30d of Sloth, pyrra_availability or grafana_slo_sli_window", jsonOf(prometheus)},
}

// Format is a form of exports.
type Format struct {
	Name, What string
	read       func(text []byte, days int) ([]Figure, error)
}

// FormatOf finds a format by its name.
func FormatOf(name string) (Format, bool) {
	i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return Formats[i], true
}

// Names are what the formats are called.
func Names() []string {
	var out []string
	for _, f := range Formats {
		out = append(out, f.Name)
	}
	return out
}

// Read reads the figures over as many days of an export. The error is a *yamldoc.Error with all that
// is wrong, each at its line.
func (f Format) Read(text []byte, days int) ([]Figure, error) {
	figures, err := f.read(text, days)
	for i := range figures {
		figures[i] = figures[i].Complete()
	}
	return figures, err
}

// jsonOf reads documents of JSON, of which a text may have one on each line.
func jsonOf(read func(p *foreign.Place, days int) []Figure) func([]byte, int) ([]Figure, error) {
	return func(text []byte, days int) ([]Figure, error) {
		var out []Figure
		each := func(text []byte) error {
			_, err := foreign.Documents(text, func(p *foreign.Place) {
				all := []*foreign.Place{p}
				if p.Kind() == yamldoc.List {
					all = p.List()
				}
				for _, one := range all {
					if one.Names() {
						out = append(out, read(one.Whole(), days)...)
					}
				}
			})
			return err
		}
		lines := strings.Split(string(text), "\n")
		if !inLines(lines) {
			if err := each(text); err != nil {
				return nil, err
			}
			return out, nil
		}
		if len(text) > MaxText {
			return nil, each(text) // which refuses it
		}
		all := &yamldoc.Error{}
		for i, line := range lines {
			if strings.TrimSpace(line) == "" {
				continue
			}
			if err := each([]byte(line)); err != nil {
				wrong, is := err.(*yamldoc.Error)
				if !is {
					return nil, err
				}
				for _, p := range wrong.Problems {
					p.Line += i
					all.Problems = append(all.Problems, p)
				}
			}
		}
		if len(all.Problems) > 0 {
			return nil, all
		}
		return out, nil
	}
}

// inLines reports whether there are several documents, one on each line.
func inLines(lines []string) bool {
	found := 0
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if !strings.HasPrefix(line, "{") || !strings.HasSuffix(line, "}") {
			return false
		}
		found++
	}
	return found > 1
}
