package main

import (
	"github.com/aws/jsii-runtime-go"
	work "github.com/cdk8s-work-queue/cdk8s-work-queue-go/cdk8sworkqueue"
	"github.com/cdk8s-team/cdk8s-core-go/cdk8s/v2"
)

func main() {
	app := cdk8s.NewApp(nil)
	chart := cdk8s.NewChart(app, jsii.String("fruits"), nil)

	broker := work.NewRabbitMQ(chart, jsii.String("rabbitmq"), nil)
	fruits := work.NewQueueSeeder(chart, jsii.String("fruits"), &work.QueueSeederProps{
		Broker: broker,
		Items: work.WorkItems_List(
			jsii.Strings("apple", "banana", "cherry", "date", "fig", "grape", "lemon", "melon"), nil),
	})
	work.NewCoarseWorkerJob(chart, jsii.String("eat"), &work.CoarseWorkerJobProps{
		Queue:       fruits,
		Image:       jsii.String("busybox:1.37"),
		Program:     work.Program_Command(jsii.String("sh"), jsii.String("-c"), jsii.String(`echo "Processing $(cat)"; sleep 1`)),
		Parallelism: jsii.Number(2),
	})

	app.Synth()
}
