// Package containerfile reads the image's Containerfile, so that an image is the same whether a container
// engine builds it or, where there is none, deploy/image does.
package containerfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Image is what a Containerfile says of its last stage, and what is run in the one before.
type Image struct {
	From    []string // what each stage begins from
	Runs    []string
	Copies  []Copy // from the stage before
	Env     map[string]string
	Labels  map[string]string
	User    string
	Workdir string
	Volume  string
	Exposes string
	Signal  string // that ends it
	Entry   []string
	Command []string
	Health  Health
}

// Copy is a file or directory that comes from the stage before.
type Copy struct {
	From, To, Owner string
}

// Health is how it is asked whether it is well.
type Health struct {
	Command                        []string
	Interval, Timeout, StartPeriod time.Duration
	Retries                        int
}

// Parse understands as much of the language as our file uses, and fails at the rest.
func Parse(text string) (Image, error) {
	var i Image
	var faults []error
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		order, rest, _ := strings.Cut(line, " ")
		if err := i.take(order, rest); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", line, err))
		}
	}
	return i, errors.Join(faults...)
}

func (i *Image) take(order, rest string) (err error) {
	switch order {
	case "FROM":
		*i = Image{From: append(i.From, rest), Runs: i.Runs, Env: map[string]string{}, Labels: map[string]string{}}
	case "RUN":
		i.Runs = append(i.Runs, rest)
	case "COPY":
		words := strings.Fields(rest)
		c := Copy{From: words[len(words)-2], To: words[len(words)-1]}
		for _, option := range words[:len(words)-2] {
			if owner, ok := strings.CutPrefix(option, "--chown="); ok {
				c.Owner = owner
			} else if strings.HasPrefix(option, "--") && option != "--from=build" {
				return fmt.Errorf("the option %s is not known here", option)
			}
		}
		i.Copies = append(i.Copies, c)
	case "ENV":
		pairs(i.Env, rest)
	case "LABEL":
		pairs(i.Labels, rest)
	case "USER":
		i.User = rest
	case "WORKDIR":
		i.Workdir = rest
	case "VOLUME":
		i.Volume = rest
	case "EXPOSE":
		i.Exposes = rest
	case "STOPSIGNAL":
		i.Signal = rest
	case "ENTRYPOINT":
		i.Entry, err = words(rest)
	case "CMD":
		i.Command, err = words(rest)
	case "HEALTHCHECK":
		err = i.Health.take(rest)
	case "ARG":
	default:
		err = errors.New("the order is not known here")
	}
	return err
}

// pairs takes name=value or name="value", without spaces in either.
func pairs(into map[string]string, text string) {
	for word := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(word, "=")
		into[name] = strings.Trim(value, `"`)
	}
}

// words takes the exec form: there is no shell in the image.
func words(text string) (out []string, err error) {
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("it is not in the exec form: %w", err)
	}
	return out, nil
}

func (h *Health) take(text string) (err error) {
	options, command, _ := strings.Cut(text, " CMD ")
	for option := range strings.FieldsSeq(options) {
		name, value, _ := strings.Cut(strings.TrimPrefix(option, "--"), "=")
		switch name {
		case "interval":
			h.Interval, err = time.ParseDuration(value)
		case "timeout":
			h.Timeout, err = time.ParseDuration(value)
		case "start-period":
			h.StartPeriod, err = time.ParseDuration(value)
		case "retries":
			_, err = fmt.Sscan(value, &h.Retries)
		default:
			err = fmt.Errorf("the option %s is not known here", option)
		}
		if err != nil {
			return err
		}
	}
	h.Command, err = words(command)
	return err
}
