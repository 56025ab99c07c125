# Every kind of item, and most properties of a broker and a worker. The same chart exists in each language.
from cdk8s import ApiObjectMetadata, App, Chart, Duration, Size
from cdk8s_plus_28 import (
    ConfigMap,
    ContainerResources,
    Cpu,
    CpuResources,
    EnvFieldPaths,
    EnvValue,
    MemoryResources,
    PodSecurityContextProps,
    Secret,
    SecretValue,
    Topology,
    Volume,
    VolumeMount,
)
from cdk8s_work_queue import (
    Axis,
    CoarseWorkerJob,
    Images,
    IssuerKind,
    Network,
    Program,
    QueueSeeder,
    QueueType,
    RabbitMQ,
    Tls,
    TopologySpread,
    WorkerPool,
    WorkItems,
)

app = App()
chart = Chart(app, "warehouse", labels={"team": "logistics", "cost-center": "4711"})
Images.of(chart).use_registry("registry.example.com/mirror")

broker = RabbitMQ(
    chart,
    "rabbitmq",
    replicas=3,
    storage=Size.gibibytes(2),
    resources=ContainerResources(
        cpu=CpuResources(request=Cpu.millis(250), limit=Cpu.units(1)),
        memory=MemoryResources(request=Size.mebibytes(512), limit=Size.mebibytes(512)),
    ),
    config={"heartbeat": "30", "log.console.level": "warning"},
    tls=Tls.cert_manager(name="internal", kind=IssuerKind.CLUSTER_ISSUER),
    client_namespaces=["reports", "audit"],
    topology_spread=[TopologySpread(topology=Topology.ZONE)],
)

folder = "examples/warehouse"
shops = WorkItems.lines(f"{folder}/shops.txt")
everything = shops.concat(
    WorkItems.list(["pallet", "", "crate"]),
    WorkItems.base64(["AP8=", "aGVsbG8="]),
    WorkItems.json(f"{folder}/orders.json", pointer="/orders"),
    WorkItems.csv(f"{folder}/prices.csv"),
    WorkItems.files("**/*.pgm", root=f"{folder}/scans"),
    WorkItems.range(0, 1, step=0.25),
    WorkItems.frames("shelf-%03d", 1, 12),
    WorkItems.key_ranges(from_=0, to=100, size=30),
    WorkItems.product({"size": ["S", "M"]}),
    WorkItems.big_key_ranges(from_="0", to="18446744073709551616", size="9223372036854775808"),
).shuffled(7)
queue = QueueSeeder(
    chart,
    "everything",
    broker=broker,
    items=everything,
    queue_type=QueueType.QUORUM,
    run_id="spring",
    active_deadline=Duration.minutes(10),
)

settings = ConfigMap(chart, "settings", data={"mode": "fast", "region": "eu"})
scratch = Volume.from_empty_dir(chart, "scratch", "scratch", size_limit=Size.mebibytes(100))
token = Secret.from_secret_name(chart, "token", "warehouse-token")
CoarseWorkerJob(
    chart,
    "count",
    queue=queue,
    image="python:3.13-slim",
    program=Program.script(f"{folder}/count.py", interpreter=["python3", "-u"], args=[Program.ITEM_FILE]),
    parallelism=4,
    items_per_pod=5,
    max_attempts=2,
    item_timeout=Duration.minutes(2),
    tolerated_dead_letters=1,
    env_variables={
        "STAGE": EnvValue.from_value("test"),
        "API_TOKEN": EnvValue.from_secret_value(SecretValue(secret=token, key="token")),
        "MODE": EnvValue.from_config_map(settings, "mode"),
        "POD_IP": EnvValue.from_field_ref(EnvFieldPaths.POD_IP),
    },
    item_variable="ITEM",
    volume_mounts=[VolumeMount(path="/scratch", volume=scratch)],
    resources=ContainerResources(
        cpu=CpuResources(request=Cpu.millis(100)),
        memory=MemoryResources(request=Size.mebibytes(64), limit=Size.mebibytes(128)),
    ),
    security_context=PodSecurityContextProps(user=1001, group=1001),
    pod_metadata=ApiObjectMetadata(
        annotations={"example.com/owner": "logistics", "example.com/contact": "pager"},
    ),
    network=Network.OPEN,
)

prices = QueueSeeder(
    chart,
    "prices",
    broker=broker,
    items=WorkItems.combinations(
        Axis.of("shop", ["Berlin", "Lyon"]),
        Axis.of("year", [2025, 2026]),
        Axis.of("rate", [0.07, 0.19]),
        Axis.of("open", [True, None]),
    ),
)
WorkerPool(
    chart,
    "compute",
    queue=prices,
    workers=2,
    image="busybox:1.37",
    program=Program.command("echo", Program.field("shop"), f"--year={Program.field('year')}"),
    permanent_exit_codes=[2, 126, 127],
    tolerated_dead_letters_percent=10,
    priority_class_name="batch",
)

app.synth()
