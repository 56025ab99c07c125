// Every kind of item, and most properties of a broker and a worker. The same chart exists in each language.

import io.github.cdk8sworkqueue.Axis;
import io.github.cdk8sworkqueue.BigKeyRangesProps;
import io.github.cdk8sworkqueue.CertManagerIssuer;
import io.github.cdk8sworkqueue.CoarseWorkerJob;
import io.github.cdk8sworkqueue.FilesOptions;
import io.github.cdk8sworkqueue.Images;
import io.github.cdk8sworkqueue.IssuerKind;
import io.github.cdk8sworkqueue.JsonOptions;
import io.github.cdk8sworkqueue.KeyRangesProps;
import io.github.cdk8sworkqueue.Network;
import io.github.cdk8sworkqueue.Program;
import io.github.cdk8sworkqueue.QueueSeeder;
import io.github.cdk8sworkqueue.QueueType;
import io.github.cdk8sworkqueue.RabbitMQ;
import io.github.cdk8sworkqueue.RangeOptions;
import io.github.cdk8sworkqueue.ScriptOptions;
import io.github.cdk8sworkqueue.Tls;
import io.github.cdk8sworkqueue.TopologySpread;
import io.github.cdk8sworkqueue.WorkItems;
import io.github.cdk8sworkqueue.WorkerPool;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.cdk8s.ApiObjectMetadata;
import org.cdk8s.App;
import org.cdk8s.Chart;
import org.cdk8s.Duration;
import org.cdk8s.Size;
import org.cdk8s.plus28.ConfigMap;
import org.cdk8s.plus28.ContainerResources;
import org.cdk8s.plus28.Cpu;
import org.cdk8s.plus28.CpuResources;
import org.cdk8s.plus28.EmptyDirVolumeOptions;
import org.cdk8s.plus28.EnvFieldPaths;
import org.cdk8s.plus28.EnvValue;
import org.cdk8s.plus28.ISecret;
import org.cdk8s.plus28.MemoryResources;
import org.cdk8s.plus28.PodSecurityContextProps;
import org.cdk8s.plus28.Secret;
import org.cdk8s.plus28.SecretValue;
import org.cdk8s.plus28.Topology;
import org.cdk8s.plus28.Volume;
import org.cdk8s.plus28.VolumeMount;

public class Warehouse {
    public static void main(String[] args) {
        App app = new App();
        Chart chart = Chart.Builder.create(app, "warehouse")
            .labels(Map.of("team", "logistics", "cost-center", "4711"))
            .build();
        Images.of(chart).useRegistry("registry.example.com/mirror");

        RabbitMQ broker = RabbitMQ.Builder.create(chart, "rabbitmq")
            .replicas(3)
            .storage(Size.gibibytes(2))
            .resources(ContainerResources.builder()
                .cpu(CpuResources.builder().request(Cpu.millis(250)).limit(Cpu.units(1)).build())
                .memory(MemoryResources.builder().request(Size.mebibytes(512)).limit(Size.mebibytes(512)).build())
                .build())
            .config(Map.of("heartbeat", "30", "log.console.level", "warning"))
            .tls(Tls.certManager(
                CertManagerIssuer.builder().name("internal").kind(IssuerKind.CLUSTER_ISSUER).build()))
            .clientNamespaces(List.of("reports", "audit"))
            .topologySpread(List.of(TopologySpread.builder().topology(Topology.ZONE).build()))
            .build();

        String folder = "examples/warehouse";
        WorkItems shops = WorkItems.lines(folder + "/shops.txt");
        WorkItems everything = shops
            .concat(
                WorkItems.list(List.of("pallet", "", "crate")),
                WorkItems.base64(List.of("AP8=", "aGVsbG8=")),
                WorkItems.json(folder + "/orders.json", JsonOptions.builder().pointer("/orders").build()),
                WorkItems.csv(folder + "/prices.csv"),
                WorkItems.files("**/*.pgm", FilesOptions.builder().root(folder + "/scans").build()),
                WorkItems.range(0, 1, RangeOptions.builder().step(0.25).build()),
                WorkItems.frames("shelf-%03d", 1, 12),
                WorkItems.keyRanges(KeyRangesProps.builder().from(0).to(100).size(30).build()),
                WorkItems.product(Map.of("size", List.of("S", "M"))),
                WorkItems.bigKeyRanges(BigKeyRangesProps.builder()
                    .from("0")
                    .to("18446744073709551616")
                    .size("9223372036854775808")
                    .build()))
            .shuffled(7);
        QueueSeeder queue = QueueSeeder.Builder.create(chart, "everything")
            .broker(broker)
            .items(everything)
            .queueType(QueueType.QUORUM)
            .runId("spring")
            .activeDeadline(Duration.minutes(10))
            .build();

        ConfigMap settings = ConfigMap.Builder.create(chart, "settings")
            .data(Map.of("mode", "fast", "region", "eu"))
            .build();
        Volume scratch = Volume.fromEmptyDir(
            chart, "scratch", "scratch", EmptyDirVolumeOptions.builder().sizeLimit(Size.mebibytes(100)).build());
        ISecret token = Secret.fromSecretName(chart, "token", "warehouse-token");
        CoarseWorkerJob.Builder.create(chart, "count")
            .queue(queue)
            .image("python:3.13-slim")
            .program(Program.script(
                folder + "/count.py",
                ScriptOptions.builder()
                    .interpreter(List.of("python3", "-u"))
                    .args(List.of(Program.ITEM_FILE))
                    .build()))
            .parallelism(4)
            .itemsPerPod(5)
            .maxAttempts(2)
            .itemTimeout(Duration.minutes(2))
            .toleratedDeadLetters(1)
            .envVariables(Map.of(
                "STAGE", EnvValue.fromValue("test"),
                "API_TOKEN", EnvValue.fromSecretValue(SecretValue.builder().secret(token).key("token").build()),
                "MODE", EnvValue.fromConfigMap(settings, "mode"),
                "POD_IP", EnvValue.fromFieldRef(EnvFieldPaths.POD_IP)))
            .itemVariable("ITEM")
            .volumeMounts(List.of(VolumeMount.builder().path("/scratch").volume(scratch).build()))
            .resources(ContainerResources.builder()
                .cpu(CpuResources.builder().request(Cpu.millis(100)).build())
                .memory(MemoryResources.builder().request(Size.mebibytes(64)).limit(Size.mebibytes(128)).build())
                .build())
            .securityContext(PodSecurityContextProps.builder().user(1001).group(1001).build())
            .podMetadata(ApiObjectMetadata.builder()
                .annotations(Map.of("example.com/owner", "logistics", "example.com/contact", "pager"))
                .build())
            .network(Network.OPEN)
            .build();

        QueueSeeder prices = QueueSeeder.Builder.create(chart, "prices")
            .broker(broker)
            .items(WorkItems.combinations(
                Axis.of("shop", List.of("Berlin", "Lyon")),
                Axis.of("year", List.of(2025, 2026)),
                Axis.of("rate", List.of(0.07, 0.19)),
                Axis.of("open", Arrays.asList(true, null))))
            .build();
        WorkerPool.Builder.create(chart, "compute")
            .queue(prices)
            .workers(2)
            .image("busybox:1.37")
            .program(Program.command("echo", Program.field("shop"), "--year=" + Program.field("year")))
            .permanentExitCodes(List.of(2, 126, 127))
            .toleratedDeadLettersPercent(10)
            .priorityClassName("batch")
            .build();

        app.synth();
    }
}
