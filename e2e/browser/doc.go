// Package browser holds the journeys that people make through the service, from
// sign-in to done, in a real Chromium against the real server on a real
// PostgreSQL. Every page that a journey comes by is held against axe-core's
// rules, looked at in three widths, and kept as a picture where SCREENSHOTS
// names a folder.
package browser
