package core

// Readable are the parameters that $sel(cfg_get.core.NAME) and cfg.get read in
// Kamailio 5.6 too, and that have an effect here: numbers, all of them.
func Readable() []string {
	return []string{"debug", "max_while_loops", "udp_mtu", "force_rport", "memlog", "corelog"}
}
