package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/pflag"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Sources is where configuration comes from, the weakest first.
type Sources struct {
	// Flags are a command's parsed flags, after AddFlags; nil for none. Their
	// --config names the file.
	Flags *pflag.FlagSet
	// Environ holds NAME=value, as os.Environ returns it. EVENKEEL_CONFIG names
	// the file when no flag does.
	Environ []string
	// Hostname is the default of Instance.
	Hostname string
	// CheckSchedule judges one entry of Jobs.Schedules and says in its error what
	// would be right; nil leaves that to whoever runs the jobs.
	CheckSchedule func(job, schedule string) error
}

// Origin says where a value came from.
type Origin struct {
	// Layer is "default", "file", "env" or "flag".
	Layer string `json:"layer"`
	// Where is how the key is written there: a path and key, a variable, a flag.
	Where string `json:"where,omitempty"`
}

// String returns the origin as one phrase.
func (o Origin) String() string {
	return strings.TrimSuffix(o.Layer+" "+o.Where, " ")
}

// Effective is a configuration and the origin of each of its values.
type Effective struct {
	Config
	origins map[string]Origin
	derived map[string]bool // keys whose values were worked out of others
}

// Origin returns where the value of a dotted key, such as "log.level" or
// "jobs.schedules.prune", came from.
func (e *Effective) Origin(key string) Origin {
	if o, ok := e.origins[key]; ok {
		return o
	}
	return Origin{Layer: "default"}
}

// loading is one Load under way.
type loading struct {
	effective  Effective
	violations []fault.Violation
}

// Load reads all sources and returns the effective configuration, or one Invalid
// fault with the code "invalid_configuration" that holds every fault of every
// source: each Violation's Pointer is where it is written ("EVENKEEL_LOG_LEVEL",
// "--log-level", "evenkeel.yaml: log.level"), its Value is left out when secret.
func Load(from Sources) (*Effective, error) {
	l := &loading{effective: Effective{origins: map[string]Origin{}, derived: map[string]bool{}}}
	l.setDefaults()
	if path := configFile(from); path != "" {
		l.apply(readFile(path, l.note))
	}
	l.apply(readEnv(from.Environ, l.note))
	l.apply(readFlags(from.Flags, l.note))
	l.derive(from.Hostname)
	l.check(from.CheckSchedule)
	if n := len(l.violations); n > 0 {
		message := "the configuration has a fault"
		if n > 1 {
			message = fmt.Sprintf("the configuration has %d faults", n)
		}
		return nil, &fault.Error{Kind: fault.Invalid, Code: "invalid_configuration", Message: message, Violations: l.violations}
	}
	return &l.effective, nil
}

func configFile(from Sources) string {
	if from.Flags != nil {
		if f := from.Flags.Lookup(flagFile); f != nil && f.Changed {
			return f.Value.String()
		}
	}
	for _, entry := range from.Environ {
		if path, ok := strings.CutPrefix(entry, envFile+"="); ok {
			return path
		}
	}
	return ""
}

func (l *loading) note(where string, value any, format string, args ...any) {
	l.violations = append(l.violations, fault.Violation{Pointer: where, Value: value, Message: fmt.Sprintf(format, args...)})
}

func (l *loading) value(f field) reflect.Value {
	return reflect.ValueOf(&l.effective.Config).Elem().FieldByIndex(f.index)
}

func (l *loading) setDefaults() {
	for _, f := range fields {
		if f.typ == mapType {
			l.value(f).Set(reflect.ValueOf(map[string]string{}))
			continue
		}
		v, err := f.parse(f.def)
		if err != nil {
			panic(fmt.Sprintf("configuration key %s: default %q %v", f.key, f.def, err))
		}
		l.value(f).Set(v)
	}
}

// apply lays a source over what the weaker ones said.
func (l *loading) apply(from layer) {
	for _, f := range fields {
		switch f.typ {
		case mapType:
			l.applyMap(f, from)
		case secretType:
			l.applySecret(f, from)
		default:
			if raw, given := from.values[f.key]; given {
				l.set(f, raw, raw, Origin{Layer: from.name, Where: from.written(f.key)})
			}
		}
	}
}

func (l *loading) set(f field, raw, shown any, origin Origin) {
	v, err := f.parse(raw)
	if err != nil {
		l.note(origin.Where, shown, "%s %v", f.key, err)
		return
	}
	l.value(f).Set(v)
	l.effective.origins[f.key] = origin
}

func (l *loading) applyMap(f field, from layer) {
	if raw, given := from.values[f.key]; given && !isEmptyMap(raw) {
		l.note(from.written(f.key), raw, "%s must hold one line for each entry, as in %s", f.key, strings.Replace(f.example, "=", ": ", 1))
	}
	for _, key := range sorted(from.values) {
		entry, ok := strings.CutPrefix(key, f.key+delimiter)
		if !ok {
			continue
		}
		where := from.written(key)
		text, isText := from.values[key].(string)
		if !isText {
			l.note(where, from.values[key], "%s must be text; put it in quotes", key)
			continue
		}
		l.value(f).SetMapIndex(reflect.ValueOf(entry), reflect.ValueOf(text))
		l.effective.origins[key] = Origin{Layer: from.name, Where: where}
	}
}

// applySecret takes a secret itself or the path of a file that holds it.
func (l *loading) applySecret(f field, from layer) {
	raw, given := from.values[f.key]
	path, inFile := from.values[f.secretFile()]
	where := Origin{Layer: from.name, Where: from.written(f.key)}
	switch {
	case given && inFile:
		l.note(from.written(f.secretFile()), path, "give %s or %s, not both", f.key, f.secretFile())
	case given:
		l.set(f, raw, nil, where)
	case inFile:
		where.Where = from.written(f.secretFile())
		name, isText := path.(string)
		if !isText {
			l.note(where.Where, path, "%s must be the path of a file", f.secretFile())
			return
		}
		text, err := readSecretFile(name)
		if err != nil {
			l.note(where.Where, name, "the file with %s cannot be read: %v", f.key, err)
			return
		}
		if text == "" {
			// A secret that is not there yet is not the wish to have none.
			l.note(where.Where, name, "the file with %s is empty; write the secret into it, or do not name the file", f.key)
			return
		}
		l.value(f).Set(reflect.ValueOf(fromFile(name, text)))
		l.effective.origins[f.key] = where
	}
}

// derive works out the defaults that depend on other values.
func (l *loading) derive(hostname string) {
	c, derived := &l.effective.Config, l.effective.derived
	if c.Instance == "" {
		c.Instance, derived["instance"] = hostname, true
	}
	if c.PublicURL == "" && !strings.HasSuffix(c.Listen, ":0") {
		c.PublicURL, derived["publicURL"] = localURL(c.Listen), true
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	for key, allowed := range map[string]*bool{"dataSources.allowLoopback": &c.DataSources.AllowLoopback, "notifications.allowLoopback": &c.Notifications.AllowLoopback} {
		if _, said := l.effective.origins[key]; !said {
			*allowed, derived[key] = !c.ListensBeyondLoopback(), true
		}
	}
}
