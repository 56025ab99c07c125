import io.github.cdk8sworkqueue.*;
import java.util.List;
import org.cdk8s.App;
import org.cdk8s.Chart;

public class Fruits {
    public static void main(String[] args) {
        App app = new App();
        Chart chart = new Chart(app, "fruits");
        RabbitMQ broker = new RabbitMQ(chart, "rabbitmq");
        QueueSeeder fruits = QueueSeeder.Builder.create(chart, "fruits")
            .broker(broker)
            .items(WorkItems.list(List.of("apple", "banana", "cherry", "date", "fig", "grape", "lemon", "melon")))
            .build();
        CoarseWorkerJob.Builder.create(chart, "eat")
            .queue(fruits)
            .image("busybox:1.37")
            .program(Program.command("sh", "-c", "echo \"Processing $(cat)\"; sleep 1"))
            .parallelism(2)
            .build();
        app.synth();
    }
}
