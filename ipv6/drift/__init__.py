"""What runs beside what was applied last: compared by object, shown as trees. Pure; `jiyue.workflow.drift` asks."""
