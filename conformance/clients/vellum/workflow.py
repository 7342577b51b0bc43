"""Workflows that report to Vellum with a VellumEmitter.

VELLUM_API_KEY and VELLUM_DEFAULT_API_URL say where the events go.
"""

import json

from vellum.workflows import BaseWorkflow
from vellum.workflows.emitters.vellum_emitter import VellumEmitter
from vellum.workflows.inputs import BaseInputs
from vellum.workflows.nodes import BaseNode, InlineSubworkflowNode
from vellum.workflows.state import BaseState


class ReportInputs(BaseInputs):
    city: str


class Report(BaseNode):
    city = ReportInputs.city

    class Outputs(BaseNode.Outputs):
        report: str

    def run(self):
        return self.Outputs(report=f"It is sunny in {self.city}.")


class ReportWorkflow(BaseWorkflow[ReportInputs, BaseState]):
    graph = Report

    class Outputs(BaseWorkflow.Outputs):
        report = Report.Outputs.report


class SupportInputs(BaseInputs):
    city: str


class Research(InlineSubworkflowNode):
    subworkflow = ReportWorkflow
    subworkflow_inputs = {"city": SupportInputs.city}


class Answer(BaseNode):
    report = Research.Outputs.report

    class Outputs(BaseNode.Outputs):
        answer: str

    def run(self):
        return self.Outputs(answer=f"Dear user: {self.report}")


class SupportWorkflow(BaseWorkflow[SupportInputs, BaseState]):
    graph = Research >> Answer

    class Outputs(BaseWorkflow.Outputs):
        answer = Answer.Outputs.answer


class ForecastInputs(BaseInputs):
    city: str


class Forecast(BaseNode):
    city = ForecastInputs.city

    class Outputs(BaseNode.Outputs):
        forecast: str

    def run(self):
        raise ValueError(f"no forecast for {self.city}")


class ForecastWorkflow(BaseWorkflow[ForecastInputs, BaseState]):
    graph = Forecast

    class Outputs(BaseWorkflow.Outputs):
        forecast = Forecast.Outputs.forecast


def run(workflow_class, inputs):
    workflow = workflow_class(emitters=[VellumEmitter()])
    final = workflow.run(inputs=inputs)
    workflow.join()
    return final


support = run(SupportWorkflow, SupportInputs(city="Paris"))
forecast = run(ForecastWorkflow, ForecastInputs(city="Paris"))
print(json.dumps({"support": support.name, "answer": support.outputs.answer, "forecast": forecast.name}))
