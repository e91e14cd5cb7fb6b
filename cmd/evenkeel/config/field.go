package config

import (
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// field is one key of the configuration, as the struct's tags describe it.
type field struct {
	key      string // dotted path in the file: "database.maxConnections"
	env      string // EVENKEEL_DATABASE_MAX_CONNECTIONS
	flag     string // database-max-connections
	doc      string
	def      string   // the default, as it would be written
	shown    string   // what stands in the documents for a default that is worked out
	min, max string   // bounds, both included; empty for none
	oneOf    []string // the values allowed; empty for any
	holds    string   // what the entries of a map are: "job=schedule"
	example  string   // one of them: "evaluate-budgets=@every 1m"
	typ      reflect.Type
	index    []int // of the struct's field
}

// section is a group of keys.
type section struct {
	key, doc string
}

var (
	secretType   = reflect.TypeFor[Secret]()
	mapType      = reflect.TypeFor[map[string]string]()
	levelType    = reflect.TypeFor[slog.Level]()
	bytesType    = reflect.TypeFor[Bytes]()
	durationType = reflect.TypeFor[time.Duration]()
	networksType = reflect.TypeFor[Networks]()
	listType     = reflect.TypeFor[List]()
)

// fields and sections list the keys in the struct's order.
var fields, sections = describe(reflect.TypeFor[Config](), "", nil)

func describe(t reflect.Type, prefix string, index []int) ([]field, []section) {
	var fs []field
	var ss []section
	for i := range t.NumField() {
		f := t.Field(i)
		key := prefix + f.Tag.Get("koanf")
		at := append(append([]int(nil), index...), i)
		if f.Anonymous { // its keys are those of the section that it is embedded in
			inner, deeper := describe(f.Type, prefix, at)
			fs, ss = append(fs, inner...), append(ss, deeper...)
			continue
		}
		if f.Type.Kind() == reflect.Struct && f.Type != secretType {
			ss = append(ss, section{key: key, doc: f.Tag.Get("doc")})
			inner, deeper := describe(f.Type, key+".", at)
			fs, ss = append(fs, inner...), append(ss, deeper...)
			continue
		}
		one := field{
			key: key, env: envName(key), flag: flagName(key), typ: f.Type, index: at,
			doc: f.Tag.Get("doc"), def: f.Tag.Get("default"), shown: f.Tag.Get("shown"),
			min: f.Tag.Get("min"), max: f.Tag.Get("max"),
			holds: f.Tag.Get("holds"), example: f.Tag.Get("example"),
		}
		if values := f.Tag.Get("oneof"); values != "" {
			one.oneOf = strings.Split(values, ",")
		}
		fs = append(fs, one)
	}
	return fs, ss
}

var hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

func snake(key string, between string) string {
	words := hump.ReplaceAllString(key, "${1}"+between+"${2}")
	return strings.NewReplacer(".", between, "-", between).Replace(words)
}

// envName turns database.maxConnections into EVENKEEL_DATABASE_MAX_CONNECTIONS.
func envName(key string) string { return envPrefix + strings.ToUpper(snake(key, "_")) }

// flagName turns database.maxConnections into database-max-connections.
func flagName(key string) string { return strings.ToLower(snake(key, "-")) }

// exampleEntry is the name of the entry that is an example of a map's.
func (f field) exampleEntry() string {
	entry, _, _ := strings.Cut(f.example, "=")
	return entry
}

// entryOf turns what follows the map's name in a variable into the name of an entry,
// whose words stand apart as those of the example do.
func (f field) entryOf(rest string) string {
	if strings.Contains(f.exampleEntry(), "_") {
		return strings.ToLower(rest)
	}
	return strings.ToLower(strings.ReplaceAll(rest, "_", "-"))
}

// secretFile names the key that holds the path of a file with the secret.
func (f field) secretFile() string { return f.key + "File" }

// parse turns what a source holds for the key, text or a YAML scalar, into the
// field's type. The error says what would be right.
func (f field) parse(raw any) (reflect.Value, error) {
	v := reflect.New(f.typ).Elem()
	text, isText := raw.(string)
	switch f.typ {
	case secretType:
		if !isText {
			return v, fmt.Errorf("must be text")
		}
		v.Set(reflect.ValueOf(NewSecret(text)))
	case durationType:
		d, err := ParseDuration(text)
		if err != nil {
			return v, fmt.Errorf("must be a duration with a unit, such as 30s, 15m, 12h or 90d")
		}
		v.SetInt(int64(d))
	case bytesType:
		if n, ok := raw.(int); ok {
			text = strconv.Itoa(n)
		}
		b, err := ParseBytes(text)
		if err != nil {
			return v, fmt.Errorf("must be a size such as 8MiB, 500kB or a number of bytes")
		}
		v.SetInt(int64(b))
	case networksType:
		networks, err := parseNetworks(raw)
		if err != nil {
			return v, err
		}
		v.Set(reflect.ValueOf(networks))
	case listType:
		list, err := parseList(raw)
		if err != nil {
			return v, err
		}
		v.Set(reflect.ValueOf(list))
	case levelType:
		var level slog.Level
		if err := level.UnmarshalText([]byte(text)); err != nil {
			return v, f.choice()
		}
		v.SetInt(int64(level))
	default:
		if err := f.parsePlain(v, raw, text, isText); err != nil {
			return v, err
		}
	}
	return v, f.bounds(v, text)
}

func (f field) parsePlain(v reflect.Value, raw any, text string, isText bool) error {
	switch f.typ.Kind() {
	case reflect.String:
		if !isText {
			return fmt.Errorf("must be text; put it in quotes")
		}
		v.SetString(text)
	case reflect.Bool:
		b, ok := raw.(bool)
		if !ok && text != "true" && text != "false" {
			return fmt.Errorf("must be true or false")
		}
		v.SetBool(b || text == "true")
	case reflect.Int:
		n, ok := raw.(int)
		if !ok {
			var err error
			if n, err = strconv.Atoi(text); err != nil {
				return fmt.Errorf("must be a whole number%s", f.between())
			}
		}
		v.SetInt(int64(n))
	default:
		panic(fmt.Sprintf("configuration key %s: no parser for %s", f.key, f.typ))
	}
	return nil
}

// bounds checks the tags min, max and oneof.
func (f field) bounds(v reflect.Value, text string) error {
	if len(f.oneOf) > 0 {
		for _, allowed := range f.oneOf {
			if text == allowed {
				return nil
			}
		}
		return f.choice()
	}
	if f.min == "" {
		return nil
	}
	free := f
	free.min, free.max = "", ""
	low, errLow := free.parse(f.min)
	high, errHigh := free.parse(f.max)
	if errLow != nil || errHigh != nil {
		panic(fmt.Sprintf("configuration key %s: bounds %s and %s are not of its type", f.key, f.min, f.max))
	}
	if v.Int() < low.Int() || v.Int() > high.Int() {
		return fmt.Errorf("must be%s", f.between())
	}
	return nil
}

func (f field) choice() error {
	last := len(f.oneOf) - 1
	return fmt.Errorf("must be %s or %s", strings.Join(f.oneOf[:last], ", "), f.oneOf[last])
}

func (f field) between() string {
	if f.min == "" {
		return ""
	}
	return fmt.Sprintf(" from %s to %s", f.min, f.max)
}

// write gives a value as it would be written in the file.
func (f field) write(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case Secret:
		return value.String()
	case time.Duration:
		return FormatDuration(value)
	case Bytes:
		return value.String()
	case Networks:
		return value.String()
	case List:
		return value.String()
	case slog.Level:
		return strings.ToLower(value.String())
	default:
		return value
	}
}
