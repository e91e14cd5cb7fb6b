package suggest

import (
	"bytes"
	_ "embed" // the templates
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
)

//go:embed templates.yaml
var builtin []byte

// format is the version of the file's form; others are refused.
const format = 1

// maxFile bounds a file of templates, in bytes.
const maxFile = 1 << 20

// Builtin is the file of templates that Evenkeel brings.
func Builtin() io.Reader { return bytes.NewReader(builtin) }

// Template is how one kind of instrumentation is recognised and what can be promised
// by it.
type Template struct {
	Name       string          `json:"name"`
	Version    int             `json:"version"`
	Title      string          `json:"title"`
	Reference  string          `json:"reference,omitempty"`
	Kinds      []registry.Kind `json:"kinds"`
	Detect     Detect          `json:"detect"`
	Service    []string        `json:"service"`
	Indicators []Indicator     `json:"indicators"`
	// Disabled, in an override, drops the template of that name.
	Disabled bool `json:"disabled,omitempty"`
}

// Detect is what is there where the template fits.
type Detect struct {
	Metric string   `json:"metric"`
	Labels []string `json:"labels,omitempty"`
}

// Indicator is one thing that can be promised.
type Indicator struct {
	Name     string `json:"name"`
	Category string `json:"category"` // one of slo.Categories
	// Description says what a good event is; %s in it stands for the bound.
	Description string        `json:"description"`
	Origin      origin.Origin `json:"origin"`
	// Buckets is the classic histogram, with "_bucket", among whose bounds one is
	// chosen; empty when the origin needs none. Unit is theirs, "s" or "ms".
	Buckets string `json:"buckets,omitempty"`
	Unit    string `json:"unit,omitempty"`
}

// file is a file of templates.
type file struct {
	Format    int        `json:"format"`
	Templates []Template `json:"templates"`
}

// Load reads templates, and those that override and extend them, which may be nil.
// They come in the order of the files. Errors: Invalid with every fault of a file.
func Load(builtin, override io.Reader) ([]Template, error) {
	all, err := read(builtin)
	if err != nil || override == nil {
		return all, err
	}
	others, err := read(override)
	if err != nil {
		return nil, err
	}
	for _, t := range others {
		i := slices.IndexFunc(all, func(has Template) bool { return has.Name == t.Name })
		switch {
		case i >= 0 && t.Disabled:
			all = slices.Delete(all, i, i+1)
		case i >= 0:
			all[i] = t
		case !t.Disabled:
			all = append(all, t)
		}
	}
	return all, nil
}

// read reads and checks one file. YAML becomes JSON first, whose names origins have.
func read(from io.Reader) ([]Template, error) {
	refuse := func(err error) error {
		return fault.New(fault.Invalid, "templates_unreadable", "the templates of suggestions cannot be read: %v", err)
	}
	text, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading templates of suggestions: %w", err)
	}
	if len(text) > maxFile {
		return nil, refuse(fmt.Errorf("they are longer than %d bytes", maxFile))
	}
	var loose any
	if err := yaml.Unmarshal(text, &loose); err != nil {
		return nil, refuse(err)
	}
	strict, err := json.Marshal(loose)
	if err != nil {
		return nil, refuse(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(strict))
	decoder.DisallowUnknownFields()
	var f file
	if err := decoder.Decode(&f); err != nil {
		return nil, refuse(err)
	}
	var check fault.Check
	check.Require(f.Format == format, "/format", f.Format, "must be %d", format)
	seen := make(map[string]bool)
	for i, t := range f.Templates {
		pointer := fmt.Sprintf("/templates/%d", i)
		check.Require(!seen[t.Name], pointer+"/name", t.Name, "is there twice")
		seen[t.Name] = true
		t.check(&check, pointer)
	}
	return f.Templates, check.Err()
}

var (
	name  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	label = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{0,127}$`)
)

// check notes what is wrong with a template.
func (t Template) check(check *fault.Check, pointer string) {
	check.Require(name.MatchString(t.Name), pointer+"/name", t.Name, "must be an RFC 1123 label")
	if t.Disabled {
		return
	}
	check.Require(t.Version >= 1, pointer+"/version", t.Version, "must be 1 or more")
	check.Require(t.Title != "", pointer+"/title", nil, "must not be empty")
	check.Require(len(t.Kinds) > 0, pointer+"/kinds", nil, "must not be empty")
	for i, k := range t.Kinds {
		check.Require(slices.Contains(registry.Kinds, k), fmt.Sprintf("%s/kinds/%d", pointer, i), k, "must be one of %s", fault.Or(registry.Kinds))
	}
	check.Require(label.MatchString(strings.ReplaceAll(t.Detect.Metric, ":", "_")), pointer+"/detect/metric", t.Detect.Metric, "must be the name of a metric")
	check.Require(len(t.Service) > 0, pointer+"/service", nil, "must name the labels that tell services apart")
	for member, names := range map[string][]string{"detect/labels": t.Detect.Labels, "service": t.Service} {
		for i, n := range names {
			check.Require(label.MatchString(n) && n != "__name__", fmt.Sprintf("%s/%s/%d", pointer, member, i), n, "must be the name of a label")
		}
	}
	check.Require(len(t.Indicators) > 0, pointer+"/indicators", nil, "must not be empty")
	for i, in := range t.Indicators {
		in.check(check, fmt.Sprintf("%s/indicators/%d", pointer, i))
	}
}

// check notes what is wrong with an indicator, with the bound and without.
func (in Indicator) check(check *fault.Check, pointer string) {
	check.Require(name.MatchString(in.Name), pointer+"/name", in.Name, "must be an RFC 1123 label")
	check.Require(in.Category != "", pointer+"/category", nil, "must not be empty")
	check.Require(in.Description != "", pointer+"/description", nil, "must not be empty")
	check.Require((in.Buckets == "") == (in.Unit == ""), pointer+"/unit", in.Unit, "must be there when buckets is, and only then")
	check.Require(in.Unit == "" || in.Unit == "s" || in.Unit == "ms", pointer+"/unit", in.Unit, "must be s or ms")
	check.Require(in.Buckets == "" || strings.HasSuffix(in.Buckets, "_bucket"), pointer+"/buckets", in.Buckets, "must be the name of a classic histogram's buckets, such as x_seconds_bucket")
	check.Require(strings.Count(in.Description, "%") == strings.Count(in.Description, "%s") && strings.Count(in.Description, "%s") <= 1,
		pointer+"/description", in.Description, "must hold %%s once at most, for the bound, and no other %%")
	check.Require(in.Origin.DataSource == "" && in.Origin.GroupBy == "", pointer+"/origin", nil, "must name no data source and no groups: these are chosen when it is declared")
	switch in.Origin.Kind() {
	case origin.KindRatio, origin.KindRawRatio, origin.KindThreshold, origin.KindLatency:
	default:
		check.Fail(pointer+"/origin", nil, "must be a ratio, a rawRatio, a threshold or a latency")
		return
	}
	o := in.Origin
	if o.Latency != nil && !o.Latency.Native {
		check.Require(in.Buckets == o.Latency.Metric+"_bucket", pointer+"/buckets", in.Buckets,
			"must be %s: the threshold of a latency is one of the bounds of its buckets", o.Latency.Metric+"_bucket")
	}
	if o.Latency != nil && o.Latency.ThresholdSeconds == 0 && in.Buckets != "" {
		chosen := *o.Latency
		chosen.ThresholdSeconds = 1 // any that is one
		o.Latency = &chosen
	}
	prometheus.Check(check, pointer+"/origin", o)
}
