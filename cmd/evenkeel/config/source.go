package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

const (
	envPrefix  = "EVENKEEL_"
	envFile    = "EVENKEEL_CONFIG"
	flagFile   = "config"
	delimiter  = "."
	listedIn   = "docs/reference/configuration.md lists them all"
	closeMatch = 0.5 // share of characters that agree before a name is suggested
)

// reserved are variables with the prefix that mean something to others.
var reserved = []struct {
	name   *regexp.Regexp
	reason string
}{
	{regexp.MustCompile(`^EVENKEEL_CONFIG$`), "names the configuration file itself"},
	{regexp.MustCompile(`^EVENKEEL_(URL|SERVER|TOKEN)$`), "tell a client where the API is and who is calling"},
	{regexp.MustCompile(`^EVENKEEL_TEST_`), "set up the tests"},
	{regexp.MustCompile(`^EVENKEEL_SECRET_[A-Z0-9_]+$`), "are the secrets that data sources name"},
	// Kubernetes sets these in every pod for each Service whose name begins with "evenkeel".
	{regexp.MustCompile(`^EVENKEEL_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?)$`), "Kubernetes' service links"},
	{regexp.MustCompile(`^EVENKEEL_([A-Z0-9_]+_)?PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$`), "Kubernetes' service links"},
}

// layer is what one source holds: values by key, in the source's own types.
type layer struct {
	name   string // "file", "env" or "flag"
	values map[string]any
	// written gives a key as it is written in this source, for messages.
	written func(key string) string
}

// noteFunc notes a fault: where something is written, its value unless that is
// secret, and what would be right.
type noteFunc func(where string, value any, format string, args ...any)

// readFile reads the YAML file at path. Its unknown keys are faults.
func readFile(path string, note noteFunc) layer {
	l := layer{name: "file", written: func(key string) string { return path + ": " + key }}
	k := koanf.New(delimiter)
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		note(path, nil, "the configuration file cannot be read: %s", strings.Join(strings.Fields(err.Error()), " "))
		return l
	}
	l.values = k.All()
	for _, key := range sorted(l.values) {
		switch value := l.values[key]; {
		case value == nil && isKnown(key), isSection(key) && isEmptyMap(value):
			delete(l.values, key) // "log:" with nothing below it says nothing
		case isSection(key):
			// The value is not shown: it may be the secret that belongs below.
			note(l.written(key), nil, "%s is a section; write its keys below it: %s", key, strings.Join(keysOf(key), ", "))
			delete(l.values, key)
		case !isKnown(key):
			note(l.written(key), nil, "there is no key %q; %s", key, nearest(key, fileKeys()))
			delete(l.values, key)
		}
	}
	return l
}

// readEnv reads the variables that begin with the prefix. An empty one counts as not set.
func readEnv(environ []string, note noteFunc) layer {
	names := envNames()
	l := layer{name: "env", written: envName}
	k := koanf.New(delimiter)
	provider := env.Provider(delimiter, env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			if value == "" {
				return "", nil
			}
			if key, ok := names[name]; ok {
				return key, value
			}
			if isReserved(name) {
				return "", nil
			}
			if parent, entry := mapEntry(name); parent != "" {
				return parent + delimiter + entry, value
			}
			note(name, nil, "there is no such variable; %s", nearest(name, sorted(names)))
			return "", nil
		},
	})
	if err := k.Load(provider, nil); err != nil {
		note("environment", nil, "the environment cannot be read: %v", err)
		return l
	}
	l.values = k.All()
	return l
}

// readFlags reads the flags that were given.
func readFlags(flags *pflag.FlagSet, note noteFunc) layer {
	l := layer{name: "flag", written: func(key string) string { return "--" + flagName(key) }}
	if flags == nil {
		return l
	}
	keys := map[string]string{}
	for _, f := range fields {
		keys[f.flag] = f.key
		if f.typ == secretType {
			keys[flagName(f.secretFile())] = f.secretFile()
		}
	}
	k := koanf.New(delimiter)
	provider := posflag.ProviderWithFlag(flags, delimiter, nil, func(f *pflag.Flag) (string, any) {
		value, ours := f.Value.(*flagValue)
		if !ours || !f.Changed {
			return "", nil
		}
		return keys[f.Name], value.raw()
	})
	if err := k.Load(provider, nil); err != nil {
		note("flags", nil, "the flags cannot be read: %v", err)
		return l
	}
	l.values = k.All()
	return l
}

// mapEntry splits EVENKEEL_JOBS_SCHEDULES_EVALUATE_BUDGETS into the key of the map
// and the entry "evaluate-budgets".
func mapEntry(name string) (key, entry string) {
	for _, f := range fields {
		if rest, ok := strings.CutPrefix(name, f.env+"_"); ok && f.typ == mapType && rest != "" {
			return f.key, f.entryOf(rest)
		}
	}
	return "", ""
}

func isReserved(name string) bool {
	for _, r := range reserved {
		if r.name.MatchString(name) {
			return true
		}
	}
	return false
}

func isSection(key string) bool {
	return slices.ContainsFunc(sections, func(s section) bool { return s.key == key })
}

// isKnown reports whether the file may hold the key.
func isKnown(key string) bool {
	if isSection(key) {
		return true
	}
	for _, f := range fields {
		if f.key == key || (f.typ == mapType && strings.HasPrefix(key, f.key+delimiter)) ||
			(f.typ == secretType && f.secretFile() == key) {
			return true
		}
	}
	return false
}

// isEmptyMap also holds for a section that is only named.
func isEmptyMap(value any) bool {
	m, ok := value.(map[string]any)
	return value == nil || (ok && len(m) == 0)
}

func keysOf(sectionKey string) []string {
	var keys []string
	for _, f := range fields {
		if name, ok := strings.CutPrefix(f.key, sectionKey+delimiter); ok {
			keys = append(keys, name)
		}
	}
	return keys
}

func fileKeys() []string {
	var keys []string
	for _, f := range fields {
		keys = append(keys, f.key)
		if f.typ == secretType {
			keys = append(keys, f.secretFile())
		}
	}
	return keys
}

// envNames maps every variable to its key.
func envNames() map[string]string {
	names := map[string]string{}
	for _, f := range fields {
		if f.typ == mapType {
			continue // only its entries have variables
		}
		names[f.env] = f.key
		if f.typ == secretType {
			names[f.env+"_FILE"] = f.secretFile()
		}
	}
	return names
}

// nearest suggests the right name for a wrong one, comparing whole names and
// last parts alike, so that "maxConns" and "level" find their sections.
func nearest(wrong string, names []string) string {
	best, score := "", closeMatch
	for _, name := range names {
		last := name[strings.LastIndex(name, delimiter)+1:]
		for _, candidate := range []string{name, last} {
			s := levenshtein.Similarity(plain(wrong), plain(candidate), nil)
			if s > score {
				best, score = name, s
			}
		}
	}
	if best == "" {
		return listedIn
	}
	return fmt.Sprintf("did you mean %s?", best)
}

// plain leaves out what all variables have in common, which would make all alike.
func plain(name string) string { return strings.ToLower(strings.TrimPrefix(name, envPrefix)) }

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
