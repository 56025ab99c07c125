from cdk8s import App, Chart
from cdk8s_work_queue import CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems

app = App()
chart = Chart(app, "fruits")

broker = RabbitMQ(chart, "rabbitmq")
fruits = QueueSeeder(
    chart,
    "fruits",
    broker=broker,
    items=WorkItems.list(["apple", "banana", "cherry", "date", "fig", "grape", "lemon", "melon"]),
)
CoarseWorkerJob(
    chart,
    "eat",
    queue=fruits,
    image="busybox:1.37",
    program=Program.command("sh", "-c", 'echo "Processing $(cat)"; sleep 1'),
    parallelism=2,
)

app.synth()
