//! Numbers that rtnetlink uses for links, addresses and routes (linux/if.h, if_arp.h, if_addr.h, rtnetlink.h, ethtool.h).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{
    value::{choices, flags, numbers},
    wire::through,
};

choices! {
    /// Address family.
    pub enum Family {
        Inet4 = 2 "inet4",
        Inet6 = 10 "inet6",
    }
}

numbers! {
    /// How far an address or a route reaches.
    pub struct Scope(u8) {
        GLOBAL = 0 "global",
        SITE = 200 "site",
        LINK = 253 "link",
        HOST = 254 "host",
        NOWHERE = 255 "nowhere",
    }
}

flags! {
    /// Flags of an address (IFA_F_*).
    pub struct AddressFlags {
        TEMPORARY = 1 "temporary",
        NO_DAD = 2 "nodad",
        OPTIMISTIC = 4 "optimistic",
        DAD_FAILED = 8 "dadfailed",
        HOME_ADDRESS = 16 "homeaddress",
        DEPRECATED = 32 "deprecated",
        TENTATIVE = 64 "tentative",
        PERMANENT = 128 "permanent",
        MANAGE_TEMP_ADDR = 256 "mngmtmpaddr",
        NO_PREFIX_ROUTE = 512 "noprefixroute",
        MC_AUTO_JOIN = 1024 "mcautojoin",
        STABLE_PRIVACY = 2048 "stableprivacy",
    }
}

flags! {
    /// Flags of a link (IFF_*).
    pub struct LinkFlags {
        UP = 1 "UP",
        BROADCAST = 2 "BROADCAST",
        DEBUG = 4 "DEBUG",
        LOOPBACK = 8 "LOOPBACK",
        POINT_TO_POINT = 16 "POINTTOPOINT",
        NO_TRAILERS = 32 "NOTRAILERS",
        RUNNING = 64 "RUNNING",
        NO_ARP = 128 "NOARP",
        PROMISC = 256 "PROMISC",
        ALL_MULTI = 512 "ALLMULTI",
        MASTER = 1024 "MASTER",
        SLAVE = 2048 "SLAVE",
        MULTICAST = 4096 "MULTICAST",
        PORT_SEL = 8192 "PORTSEL",
        AUTO_MEDIA = 16384 "AUTOMEDIA",
        DYNAMIC = 32768 "DYNAMIC",
        LOWER_UP = 65536 "LOWER_UP",
        DORMANT = 131072 "DORMANT",
        ECHO = 262144 "ECHO",
    }
}

numbers! {
    /// Medium of a link (ARPHRD_*).
    pub struct LinkType(u16) {
        NETROM = 0 "netrom",
        ETHER = 1 "ether",
        EETHER = 2 "eether",
        AX25 = 3 "ax25",
        PRONET = 4 "pronet",
        CHAOS = 5 "chaos",
        IEEE802 = 6 "ieee802",
        ARCNET = 7 "arcnet",
        ATALK = 8 "atalk",
        DLCI = 15 "dlci",
        ATM = 19 "atm",
        METRICOM = 23 "metricom",
        IEEE1394 = 24 "ieee1394",
        EUI64 = 27 "eui64",
        INFINIBAND = 32 "infiniband",
        SLIP = 256 "slip",
        CSLIP = 257 "cslip",
        SLIP6 = 258 "slip6",
        CSLIP6 = 259 "cslip6",
        RSRVD = 260 "rsrvd",
        ADAPT = 264 "adapt",
        ROSE = 270 "rose",
        X25 = 271 "x25",
        HWX25 = 272 "hwx25",
        CAN = 280 "can",
        PPP = 512 "ppp",
        CISCO = 513 "cisco",
        LAPB = 516 "lapb",
        DDCMP = 517 "ddcmp",
        RAWHDLC = 518 "rawhdlc",
        IPIP = 768 "ipip",
        TUNNEL6 = 769 "tunnel6",
        FRAD = 770 "frad",
        SKIP = 771 "skip",
        LOOPBACK = 772 "loopback",
        LOCALTLK = 773 "localtlk",
        FDDI = 774 "fddi",
        BIF = 775 "bif",
        SIT = 776 "sit",
        IP_DDP = 777 "ip/ddp",
        GRE = 778 "gre",
        PIMREG = 779 "pimreg",
        HIPPI = 780 "hippi",
        ASH = 781 "ash",
        ECONET = 782 "econet",
        IRDA = 783 "irda",
        FCPP = 784 "fcpp",
        FCAL = 785 "fcal",
        FCPL = 786 "fcpl",
        FCFB_0 = 787 "fcfb_0",
        FCFB_1 = 788 "fcfb_1",
        FCFB_2 = 789 "fcfb_2",
        FCFB_3 = 790 "fcfb_3",
        FCFB_4 = 791 "fcfb_4",
        FCFB_5 = 792 "fcfb_5",
        FCFB_6 = 793 "fcfb_6",
        FCFB_7 = 794 "fcfb_7",
        FCFB_8 = 795 "fcfb_8",
        FCFB_9 = 796 "fcfb_9",
        FCFB_10 = 797 "fcfb_10",
        FCFB_11 = 798 "fcfb_11",
        FCFB_12 = 799 "fcfb_12",
        TR = 800 "tr",
        IEEE802_11 = 801 "ieee802.11",
        IEEE802_11_PRISM = 802 "ieee802.11_prism",
        IEEE802_11_RADIOTAP = 803 "ieee802.11_radiotap",
        IEEE802_15_4 = 804 "ieee802.15.4",
        IEEE802_15_4_MONITOR = 805 "ieee802.15.4_monitor",
        PHONET = 820 "phonet",
        PHONET_PIPE = 821 "phonet_pipe",
        CAIF = 822 "caif",
        IP6GRE = 823 "ip6gre",
        NETLINK = 824 "netlink",
        N6LOWPAN = 825 "6lowpan",
        VOID = 65535 "void",
        NOHDR = 65534 "nohdr",
    }
}

numbers! {
    /// Operational state of a link (RFC 2863).
    pub struct OperationalState(u8) {
        UNKNOWN = 0 "unknown",
        NOT_PRESENT = 1 "notPresent",
        DOWN = 2 "down",
        LOWER_LAYER_DOWN = 3 "lowerLayerDown",
        TESTING = 4 "testing",
        DORMANT = 5 "dormant",
        UP = 6 "up",
    }
}

numbers! {
    /// Connector of a link (PORT_*).
    pub struct Port(u8) {
        TWISTED_PAIR = 0 "TwistedPair",
        AUI = 1 "AUI",
        MII = 2 "MII",
        FIBRE = 3 "Fibre",
        BNC = 4 "BNC",
        DIRECT_ATTACH = 5 "DirectAttach",
        NONE = 239 "None",
        OTHER = 255 "Other",
    }
}

numbers! {
    /// Duplex of a link (DUPLEX_*).
    pub struct Duplex(u8) {
        HALF = 0 "Half",
        FULL = 1 "Full",
        UNKNOWN = 255 "Unknown",
    }
}

numbers! {
    /// Kind of a route (RTN_*).
    pub struct RouteType(u8) {
        UNSPEC = 0 "unspec",
        UNICAST = 1 "unicast",
        LOCAL = 2 "local",
        BROADCAST = 3 "broadcast",
        ANYCAST = 4 "anycast",
        MULTICAST = 5 "multicast",
        BLACKHOLE = 6 "blackhole",
        UNREACHABLE = 7 "unreachable",
        PROHIBIT = 8 "prohibit",
        THROW = 9 "throw",
        NAT = 10 "nat",
        XRESOLVE = 11 "xresolve",
    }
}

flags! {
    /// Flags of a route (RTM_F_*).
    pub struct RouteFlags {
        NOTIFY = 256 "notify",
        CLONED = 512 "cloned",
        EQUALIZE = 1024 "equalize",
        PREFIX = 2048 "prefix",
        LOOKUP_TABLE = 4096 "lookup_table",
        FIB_MATCH = 8192 "fib_match",
        OFFLOAD = 16384 "offload",
        TRAP = 32768 "trap",
    }
}

numbers! {
    /// Who made a route (RTPROT_*).
    pub struct RouteProtocol(u8) {
        UNSPEC = 0 "unspec",
        REDIRECT = 1 "redirect",
        KERNEL = 2 "kernel",
        BOOT = 3 "boot",
        STATIC = 4 "static",
        RA = 9 "ra",
        MRT = 10 "mrt",
        ZEBRA = 11 "zebra",
        BIRD = 12 "bird",
        DNROUTED = 13 "dnrouted",
        XORP = 14 "xorp",
        NTK = 15 "ntk",
        DHCP = 16 "dhcp",
        MRTD = 17 "mrtd",
        KEEPALIVED = 18 "keepalived",
        BABEL = 42 "babel",
        OPENR = 99 "openr",
        BGP = 186 "bgp",
        ISIS = 187 "isis",
        OSPF = 188 "ospf",
        RIP = 189 "rip",
        EIGRP = 192 "eigrp",
    }
}

/// A routing table. Most are numbers only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoutingTable(pub u32);

impl RoutingTable {
    /// No table in particular.
    pub const UNSPEC: Self = Self(0);
    /// `default`
    pub const DEFAULT: Self = Self(253);
    /// `main`, where routes go that name no table.
    pub const MAIN: Self = Self(254);
    /// `local`, where the kernel keeps its own addresses.
    pub const LOCAL: Self = Self(255);
}

impl fmt::Display for RoutingTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UNSPEC => f.write_str("unspec"),
            Self::DEFAULT => f.write_str("default"),
            Self::MAIN => f.write_str("main"),
            Self::LOCAL => f.write_str("local"),
            Self(number) => number.fmt(f),
        }
    }
}

impl Serialize for RoutingTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

// The contract's enumeration is signed, the kernel's number is not.
through!(RoutingTable as i32, |table: &RoutingTable| table.0.cast_signed(), |number: i32| Ok(
    Self(number.cast_unsigned())
));
