package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// MaxFile is the most bytes of a file that is read.
const MaxFile = 128 << 10

// File is a file of a repository.
type File struct {
	Path string
	Text string
	ETag string // of the token with which it was read: to another it says nothing
	SHA  string // by which git has it
}

// FirstOf returns the first of the paths that is a file on the default branch of the repository, and none where
// there is none of them. One that is as it was known, by its ETag, is not sent again. Each path is a
// request. Errors are those of a delivery.Tracker; a file that is larger than MaxFile is refused.
func (t *Tracker) FirstOf(ctx context.Context, place delivery.Place, paths []string, known File) (File, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return File{}, err
	}
	for _, path := range paths {
		file, there, err := at.file(ctx, path, known)
		if err != nil || there {
			return file, err
		}
	}
	return File{}, nil
}

// file reads one; false where it is not there.
func (t to) file(ctx context.Context, path string, known File) (File, bool, error) {
	address := (&url.URL{Path: fmt.Sprintf("repos/%s/%s/contents/%s", t.place.Owner(), t.place.Name(), path)}).EscapedPath()
	request, err := t.client.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return File{}, false, fmt.Errorf("make a request for %s: %w", address, err)
	}
	if path == known.Path && known.ETag != "" {
		request.Header.Set("If-None-Match", known.ETag)
	}
	var content github.RepositoryContent
	response, err := t.client.Do(ctx, request, &content)
	switch {
	case err != nil && response != nil && response.StatusCode == http.StatusNotModified:
		return known, true, nil
	case isMissing(response):
		return File{}, false, nil
	case err != nil && isList(err): // it is a directory
		return File{}, false, nil
	case err != nil:
		return File{}, false, t.trouble(ctx, response, err)
	case content.GetType() != "file": // but one of another repository, or a link that leads nowhere
		return File{}, false, nil
	case content.GetSize() > MaxFile:
		return File{}, false, refused(fmt.Sprintf("%s has %d bytes, and at most %d are read", path, content.GetSize(), MaxFile), nil)
	}
	text, err := content.GetContent()
	if err != nil {
		return File{}, false, lost(path+" could not be read", err)
	}
	return File{Path: path, Text: text, ETag: response.Header.Get("ETag"), SHA: content.GetSHA()}, true, nil
}

// isList reports whether GitHub answered with a list where one thing was asked for.
func isList(err error) bool {
	var wrong *json.UnmarshalTypeError
	return errors.As(err, &wrong) && wrong.Value == "array" && wrong.Field == ""
}
