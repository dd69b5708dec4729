//! OOMConfig: what is ended when memory runs out.

use crate::field::section;
use crate::value::Duration;

section! {
    /// Ends a group of processes before the kernel has to.
    pub struct OomConfig as "runtime.OOMV1Alpha1" {
        /// A CEL expression that holds when something must be ended.
        "triggerExpression" => trigger_expression: Option<String> { example: "memory_full_avg10 > 12.0 && time_since_trigger > duration(\"500ms\")" },
        /// A CEL expression by which groups are ranked: the highest is ended.
        "cgroupRankingExpression" => cgroup_ranking_expression: Option<String> { example: "double(memory_current.orValue(0u))" },
        /// Whether a group of a better class is never ended before one of a worse.
        "strictCgroupClassOrdering" => strict_cgroup_class_ordering: Option<bool> { default: "false" },
        /// Time between two looks at the memory.
        "sampleInterval" => sample_interval: Option<Duration> { default: "500ms" },
    }
}
