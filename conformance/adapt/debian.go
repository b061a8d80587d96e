package adapt

import (
	"slices"
	"strings"
)

// debianPackage is the package of Debian 12 that has a module; "" where that is
// kamailio itself, or none.
func debianPackage(module string) string {
	for line := range strings.Lines(debianPackages) {
		name, modules, _ := strings.Cut(line, ":")
		if slices.Contains(strings.Fields(modules), module) {
			return "kamailio-" + name + "-modules"
		}
	}
	return ""
}

const debianPackages = `autheph: auth_ephemeral
berkeley: db_berkeley
cnxcc: cnxcc
cpl: cplc
erlang: erlang
extra: acc_json evapi gzcompress jansson janssonrpcc uuid
geoip2: geoip2
geoip: geoip
ims: cdp cdp_avp ims_auth ims_charging ims_dialog ims_diameter_server ims_icscf ims_ipsec_pcscf ims_isc ims_ocs ims_qos ims_registrar_pcscf ims_registrar_scscf ims_usrloc_pcscf ims_usrloc_scscf
json: json jsonrpcc pua_json
kazoo: kazoo
ldap: db2_ldap h350 ldap
lua: app_lua app_lua_sr
lwsc: lwsc
memcached: memcached
mongodb: db_mongodb ndb_mongodb
mono: app_mono
mqtt: mqtt
mysql: db_mysql
nats: nats
outbound: outbound
perl: app_perl db_perlvdb
phonenum: phonenum
postgres: db_postgres
presence: presence presence_conference presence_dialoginfo presence_mwi presence_profile presence_reginfo presence_xml pua pua_bla pua_dialoginfo pua_reginfo pua_rpc pua_usrloc pua_xmpp rls xcap_client xcap_server
python3: app_python3
rabbitmq: rabbitmq
radius: acc_radius auth_radius misc_radius peering
redis: db_redis ndb_redis topos_redis
ruby: app_ruby
sctp: sctp
secsipid: secsipid secsipid_proc
snmpstats: snmpstats
sqlite: db_sqlite
systemd: log_systemd systemdops
tls: auth_identity crypto tls
unixodbc: db_unixodbc
utils: http_client lost slack utils
websocket: websocket
xml: xhttp_pi xmlops xmlrpc
xmpp: xmpp
`
