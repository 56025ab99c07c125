// Every kind of item, and most properties of a broker and a worker. The same chart exists in each language.
package main

import (
	"github.com/aws/jsii-runtime-go"
	work "github.com/cdk8s-work-queue/cdk8s-work-queue-go/cdk8sworkqueue"
	"github.com/cdk8s-team/cdk8s-core-go/cdk8s/v2"
	kplus "github.com/cdk8s-team/cdk8s-plus-go/cdk8splus28/v2"
)

func main() {
	app := cdk8s.NewApp(nil)
	chart := cdk8s.NewChart(app, jsii.String("warehouse"), &cdk8s.ChartProps{
		Labels: &map[string]*string{"team": jsii.String("logistics"), "cost-center": jsii.String("4711")},
	})
	work.Images_Of(chart).UseRegistry(jsii.String("registry.example.com/mirror"))

	broker := work.NewRabbitMQ(chart, jsii.String("rabbitmq"), &work.RabbitMQProps{
		Replicas: jsii.Number(3),
		Storage:  cdk8s.Size_Gibibytes(jsii.Number(2)),
		Resources: &kplus.ContainerResources{
			Cpu: &kplus.CpuResources{
				Request: kplus.Cpu_Millis(jsii.Number(250)),
				Limit:   kplus.Cpu_Units(jsii.Number(1)),
			},
			Memory: &kplus.MemoryResources{
				Request: cdk8s.Size_Mebibytes(jsii.Number(512)),
				Limit:   cdk8s.Size_Mebibytes(jsii.Number(512)),
			},
		},
		Config: &map[string]*string{"heartbeat": jsii.String("30"), "log.console.level": jsii.String("warning")},
		Tls: work.Tls_CertManager(&work.CertManagerIssuer{
			Name: jsii.String("internal"),
			Kind: work.IssuerKind_CLUSTER_ISSUER,
		}),
		ClientNamespaces: jsii.Strings("reports", "audit"),
		TopologySpread:   &[]*work.TopologySpread{{Topology: kplus.Topology_ZONE()}},
	})

	folder := "examples/warehouse"
	shops := work.WorkItems_Lines(jsii.String(folder+"/shops.txt"), nil)
	everything := shops.Concat(
		work.WorkItems_List(jsii.Strings("pallet", "", "crate"), nil),
		work.WorkItems_Base64(jsii.Strings("AP8=", "aGVsbG8="), nil),
		work.WorkItems_Json(jsii.String(folder+"/orders.json"), &work.JsonOptions{Pointer: jsii.String("/orders")}),
		work.WorkItems_Csv(jsii.String(folder+"/prices.csv"), nil),
		work.WorkItems_Files(jsii.String("**/*.pgm"), &work.FilesOptions{Root: jsii.String(folder + "/scans")}),
		work.WorkItems_Range(jsii.Number(0), jsii.Number(1), &work.RangeOptions{Step: jsii.Number(0.25)}),
		work.WorkItems_Frames(jsii.String("shelf-%03d"), jsii.Number(1), jsii.Number(12)),
		work.WorkItems_KeyRanges(&work.KeyRangesProps{
			From: jsii.Number(0), To: jsii.Number(100), Size: jsii.Number(30),
		}),
		work.WorkItems_Product(&map[string]*[]interface{}{"size": {"S", "M"}}),
		work.WorkItems_BigKeyRanges(&work.BigKeyRangesProps{
			From: jsii.String("0"),
			To:   jsii.String("18446744073709551616"),
			Size: jsii.String("9223372036854775808"),
		}),
	).Shuffled(jsii.Number(7))
	queue := work.NewQueueSeeder(chart, jsii.String("everything"), &work.QueueSeederProps{
		Broker:         broker,
		Items:          everything,
		QueueType:      work.QueueType_QUORUM,
		RunId:          jsii.String("spring"),
		ActiveDeadline: cdk8s.Duration_Minutes(jsii.Number(10)),
	})

	settings := kplus.NewConfigMap(chart, jsii.String("settings"), &kplus.ConfigMapProps{
		Data: &map[string]*string{"mode": jsii.String("fast"), "region": jsii.String("eu")},
	})
	scratch := kplus.Volume_FromEmptyDir(chart, jsii.String("scratch"), jsii.String("scratch"),
		&kplus.EmptyDirVolumeOptions{SizeLimit: cdk8s.Size_Mebibytes(jsii.Number(100))})
	token := kplus.Secret_FromSecretName(chart, jsii.String("token"), jsii.String("warehouse-token"))
	work.NewCoarseWorkerJob(chart, jsii.String("count"), &work.CoarseWorkerJobProps{
		Queue: queue,
		Image: jsii.String("python:3.13-slim"),
		Program: work.Program_Script(jsii.String(folder+"/count.py"), &work.ScriptOptions{
			Interpreter: jsii.Strings("python3", "-u"),
			Args:        &[]*string{work.Program_ITEM_FILE()},
		}),
		Parallelism:          jsii.Number(4),
		ItemsPerPod:          jsii.Number(5),
		MaxAttempts:          jsii.Number(2),
		ItemTimeout:          cdk8s.Duration_Minutes(jsii.Number(2)),
		ToleratedDeadLetters: jsii.Number(1),
		EnvVariables: &map[string]kplus.EnvValue{
			"STAGE": kplus.EnvValue_FromValue(jsii.String("test")),
			"API_TOKEN": kplus.EnvValue_FromSecretValue(
				&kplus.SecretValue{Secret: token, Key: jsii.String("token")}, nil),
			"MODE":   kplus.EnvValue_FromConfigMap(settings, jsii.String("mode"), nil),
			"POD_IP": kplus.EnvValue_FromFieldRef(kplus.EnvFieldPaths_POD_IP, nil),
		},
		ItemVariable: jsii.String("ITEM"),
		VolumeMounts: &[]*kplus.VolumeMount{{Path: jsii.String("/scratch"), Volume: scratch}},
		Resources: &kplus.ContainerResources{
			Cpu: &kplus.CpuResources{Request: kplus.Cpu_Millis(jsii.Number(100))},
			Memory: &kplus.MemoryResources{
				Request: cdk8s.Size_Mebibytes(jsii.Number(64)),
				Limit:   cdk8s.Size_Mebibytes(jsii.Number(128)),
			},
		},
		SecurityContext: &kplus.PodSecurityContextProps{User: jsii.Number(1001), Group: jsii.Number(1001)},
		PodMetadata: &cdk8s.ApiObjectMetadata{
			Annotations: &map[string]*string{
				"example.com/owner":   jsii.String("logistics"),
				"example.com/contact": jsii.String("pager"),
			},
		},
		Network: work.Network_OPEN,
	})

	prices := work.NewQueueSeeder(chart, jsii.String("prices"), &work.QueueSeederProps{
		Broker: broker,
		Items: work.WorkItems_Combinations(
			work.Axis_Of(jsii.String("shop"), &[]interface{}{"Berlin", "Lyon"}),
			work.Axis_Of(jsii.String("year"), &[]interface{}{2025, 2026}),
			work.Axis_Of(jsii.String("rate"), &[]interface{}{0.07, 0.19}),
			work.Axis_Of(jsii.String("open"), &[]interface{}{true, nil}),
		),
	})
	work.NewWorkerPool(chart, jsii.String("compute"), &work.WorkerPoolProps{
		Queue:   prices,
		Workers: jsii.Number(2),
		Image:   jsii.String("busybox:1.37"),
		Program: work.Program_Command(
			jsii.String("echo"), work.Program_Field(jsii.String("shop")),
			jsii.String("--year="+*work.Program_Field(jsii.String("year")))),
		PermanentExitCodes:          jsii.Numbers(2, 126, 127),
		ToleratedDeadLettersPercent: jsii.Number(10),
		PriorityClassName:           jsii.String("batch"),
	})

	app.Synth()
}
