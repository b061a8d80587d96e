package core

// Overrides is what Kamailio's command line sets over the configuration. A
// nil field was not given. Lists are added to what the configuration has. Options
// that have no meaning here (-m, -x …) have no field.
type Overrides struct {
	Listen       []string // -l, "[proto:]addr[:port][/advertised[:port]]"
	Aliases      []string // --alias, "[proto:]host[:port]"
	AutoAliases  *bool    // -a
	Children     *int     // -n
	TCPChildren  *int     // -N
	Debug        *int     // -d, --debug
	LogStderr    *bool    // -E, --log-stderr
	LogColor     *bool    // -e
	LogEngine    *string  // --log-engine, "type:data"
	DisableTCP   *bool    // -T
	MaxBuffer    *int     // -b, bytes
	CheckVia     *bool    // -K
	ReceivedDNS  *bool    // -r
	ReceivedRDNS *bool    // -R
	User         *string  // -u
	Group        *string  // -g
	Chroot       *string  // -t
	WorkDir      *string  // -w
	RunDir       *string  // -Y
	ServerID     *int     // --server-id
}
