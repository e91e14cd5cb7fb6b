package config

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// WriteYAML writes the configuration as a file that Evenkeel reads again, each
// value with its origin as a comment, and Redacted in place of secrets. What was worked
// out is a comment as a whole: the file may serve another replica, on another machine.
func (e *Effective) WriteYAML(w io.Writer) error {
	root := &yaml.Node{Kind: yaml.MappingNode, HeadComment: "Evenkeel's effective configuration. Each value says where it came from."}
	var derived []string
	parents := map[string]*yaml.Node{"": root}
	err := e.each(func(parent, name string, value any, origin *Origin) error {
		node := &yaml.Node{}
		if err := node.Encode(value); err != nil {
			return fmt.Errorf("write %s: %w", join(parent, name), err)
		}
		if origin != nil && e.derived[join(parent, name)] {
			derived = append(derived, fmt.Sprintf("%s: %s", join(parent, name), node.Value))
			return nil
		}
		if origin != nil {
			node.LineComment = origin.String()
		} else {
			node.Style = 0 // one key a line, so that each has room for its comment
			parents[join(parent, name)] = node
		}
		parents[parent].Content = append(parents[parent].Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, node)
		return nil
	})
	if err != nil {
		return err
	}
	if len(derived) > 0 {
		root.FootComment = "Worked out from others, or from this machine, each time it starts:\n" + strings.Join(derived, "\n")
	}
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return encoder.Close()
}

// WriteJSON writes {"values": …, "origins": {"log.level": {…}}}, redacted alike.
func (e *Effective) WriteJSON(w io.Writer) error {
	root := map[string]any{}
	parents := map[string]map[string]any{"": root}
	origins := map[string]Origin{}
	err := e.each(func(parent, name string, value any, origin *Origin) error {
		if origin != nil {
			origins[join(parent, name)] = *origin
		} else {
			inner := map[string]any{}
			parents[join(parent, name)], value = inner, inner
		}
		parents[parent][name] = value
		return nil
	})
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(map[string]any{"values": root, "origins": origins})
}

// each visits sections and maps, both without an origin, and values, in the
// struct's order and a parent before what it holds.
func (e *Effective) each(visit func(parent, name string, value any, origin *Origin) error) error {
	opened := map[string]bool{"": true}
	for _, f := range fields {
		parent, name := split(f.key)
		for n, c := range parent + delimiter {
			section := parent[:n]
			if string(c) != delimiter || opened[section] {
				continue
			}
			opened[section] = true
			above, last := split(section)
			if err := visit(above, last, map[string]any{}, nil); err != nil {
				return err
			}
		}
		value := reflect.ValueOf(e.Config).FieldByIndex(f.index)
		if f.typ != mapType {
			origin := e.Origin(f.key)
			if err := visit(parent, name, f.write(value), &origin); err != nil {
				return err
			}
			continue
		}
		if err := visit(parent, name, map[string]any{}, nil); err != nil {
			return err
		}
		entries := value.Interface().(map[string]string)
		for _, entry := range sorted(entries) {
			origin := e.Origin(join(f.key, entry))
			if err := visit(f.key, entry, entries[entry], &origin); err != nil {
				return err
			}
		}
	}
	return nil
}

func join(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + delimiter + name
}

// LogStart logs what an operator should know of the configuration at start:
// where everything is kept, and that other machines can reach the listener.
func (e *Effective) LogStart(log *slog.Logger) {
	database := "sqlite"
	if e.UsesPostgreSQL() {
		database = "postgresql"
	}
	log.Info("configuration loaded", "instance", e.Instance, "listen", e.Listen, "database", database, "data_dir", e.DataDir)
	if e.ListensBeyondLoopback() {
		log.Warn("listening beyond this machine, as asked", "listen", e.Listen, "origin", e.Origin("listen").String(), "public_url", e.PublicURL)
	}
}

// split divides a key into its section, empty for none, and its name in it.
func split(key string) (section, name string) {
	at := strings.LastIndex(key, delimiter)
	if at < 0 {
		return "", key
	}
	return key[:at], key[at+len(delimiter):]
}
